/** JSON over HTTP: an answer, or a refusal with the sentence that the server says to people. */

/** `code` is stable; `says` is in the person's language, empty where no answer came from the server. */
export type HttpRefusal = { code: string; says: string; status: number };
export type Answer<T> = { ok: true; value: T } | { ok: false; refusal: HttpRefusal };

type Said = { refused?: string; says?: string };

const TIMEOUT_MS = 20_000;

export function getJson<T>(path: string): Promise<Answer<T>> {
  return exchange<T>(path, { method: "GET" });
}

export function postJson<T>(path: string, body: unknown): Promise<Answer<T>> {
  return exchange<T>(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function exchange<T>(path: string, init: RequestInit): Promise<Answer<T>> {
  try {
    const headers = { Accept: "application/json", ...init.headers };
    const response = await fetch(path, { ...init, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) return { ok: false, refusal: await readRefusal(response) };
    return { ok: true, value: (await response.json()) as T };
  } catch {
    // fetch rejects for the network, the time-out and an answer that is no JSON: for people, one and the same.
    return { ok: false, refusal: { code: "unreachable", says: "", status: 0 } };
  }
}

async function readRefusal(response: Response): Promise<HttpRefusal> {
  const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  const said = isJson ? ((await response.json()) as Said) : {};
  return { code: said.refused ?? `http_${response.status}`, says: said.says ?? "", status: response.status };
}
