/** The room page's sentences in the reader's language; a missing key does not compile. */
import en from "../../locales/en/room.json";
import fr from "../../locales/fr/room.json";

export type Language = "fr" | "en";
export type TextKey = keyof typeof fr;
type Blanks = Readonly<Record<string, string | number>>;

const CATALOGUES: Readonly<Record<Language, Readonly<Record<TextKey, string>>>> = { fr, en };

/** Sentences of the features whose codes reach this page: refusals of the room, answers of a conclusion. */
const OTHERS = import.meta.glob<Readonly<Record<string, string>>>(
  ["../../locales/*/rooms.json", "../../locales/*/conclusions.json", "../../locales/*/studies.json"],
  { eager: true, import: "default" },
);

let language: Language = "fr";
let others: Readonly<Record<string, string>> = {};

export function setLanguage(next: Language): void {
  language = next;
  const mine = Object.entries(OTHERS).filter(([path]) => path.includes(`/${next}/`));
  others = Object.assign({}, ...mine.map(([, sentences]) => sentences));
}

export const currentLanguage = (): Language => language;

export function t(key: TextKey, blanks: Blanks = {}): string {
  return fill(CATALOGUES[language][key], blanks);
}

/** The sentence of a code that a server chose; null where no catalogue has one. */
export function said(key: string, blanks: Blanks = {}): string | null {
  const sentence = others[key] ?? (CATALOGUES[language] as Readonly<Record<string, string>>)[key];
  return sentence === undefined ? null : fill(sentence, blanks);
}

function fill(sentence: string, blanks: Blanks): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(blanks[name] ?? whole));
}
