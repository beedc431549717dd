/** Brings what would be signed to the expert's eyes, and the signature to the server, once. */
import type { SignOrder, SignPicture, SignPreview } from "../ui/model";
import { getJson, type HttpRefusal, postJson } from "../wire/api";

export type SigningWorld = {
  path: string;
  picture(): SignPicture;
  set(picture: SignPicture): void;
  says(refusal: HttpRefusal): string;
};

/** The case's signing page and its JSON twin stand side by side (collab/expertise/signing_pages.py, api.py). */
export const signingApi = (page: string): string =>
  page.replace(/^\/expertise\/([^/]+)\/conclude$/, "/api/expertise/$1/conclusion");

type Receipt = { conclusion_id: string };

export type Signing = { preview(): Promise<void>; sign(order: SignOrder): Promise<void> };

export function createSigning({ path, picture, set, says }: SigningWorld): Signing {
  return {
    async preview() {
      set({ ...picture(), at: "loading", refusal: null, code: null });
      const answer = await getJson<SignPreview>(path);
      if (answer.ok) set({ at: "ready", preview: answer.value, refusal: null, code: null });
      else set({ ...picture(), at: "idle", refusal: says(answer.refusal), code: answer.refusal.code });
    },
    async sign({ password, answers, accept_earlier_set }) {
      const { preview } = picture();
      if (preview === null) return;
      set({ ...picture(), at: "sending", refusal: null, code: null });
      // The same preview bears the same key: sent twice over a bad line, it is signed once.
      const answer = await postJson<Receipt>(path, {
        idempotency_key: preview.idempotency_key,
        text_sha256: preview.text_sha256,
        key_views_sha256: preview.key_views_sha256,
        study_versions: Object.fromEntries(preview.studies.map((one) => [one.study_id, one.version])),
        answers,
        password,
        accept_earlier_set,
      });
      if (answer.ok) set({ at: "signed", preview, refusal: null, code: null });
      else set({ at: "ready", preview, refusal: says(answer.refusal), code: answer.refusal.code });
    },
  };
}
