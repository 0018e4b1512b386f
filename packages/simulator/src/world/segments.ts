// The GSM 03.38 alphabet (3GPP TS 23.038, 6.2.1): a character of the second table takes two places.
const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const extended = '\f^{}\\[~]|€';

const places = new Map<string, number>([
  ...[...basic].map((character): [string, number] => [character, 1]),
  ...[...extended].map((character): [string, number] => [character, 2]),
]);

/** In how many parts a text travels, and how its characters are written. No character is cut in two. */
export function segmentsOf(text: string): { readonly segments: number; readonly encoding: 'GSM-7' | 'UCS-2' } {
  let gsm: number | undefined = 0;
  for (const character of text) {
    const size = places.get(character);
    if (size === undefined) {
      gsm = undefined;
      break;
    }
    gsm += size;
  }
  if (gsm !== undefined) return { segments: gsm <= 160 ? 1 : partsOf(text, 153, gsmPlaces), encoding: 'GSM-7' };
  return { segments: text.length <= 70 ? 1 : partsOf(text, 67, ({ length }) => length), encoding: 'UCS-2' };
}

function gsmPlaces(character: string): number {
  return places.get(character) ?? 1;
}

function partsOf(text: string, room: number, sizeOf: (character: string) => number): number {
  let parts = 1;
  let used = 0;
  for (const character of text) {
    const size = sizeOf(character);
    if (used + size > room) {
      parts += 1;
      used = 0;
    }
    used += size;
  }
  return parts;
}

/** The first 4 to 8 digits that stand alone. */
export function codeIn(text: string): string | undefined {
  return /(?<![\d+])\d{4,8}(?!\d)/u.exec(text)?.[0];
}
