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
  const characters = [...text];
  const isGsm = characters.every((character) => places.has(character));
  const sizes = characters.map((character) => (isGsm ? (places.get(character) ?? 1) : character.length));
  const [whole, part] = isGsm ? [160, 153] : [70, 67];
  const encoding = isGsm ? 'GSM-7' : 'UCS-2';
  if (sizes.reduce((sum, size) => sum + size, 0) <= whole) return { segments: 1, encoding };
  let segments = 1;
  let used = 0;
  for (const size of sizes) {
    if (used + size > part) {
      segments += 1;
      used = 0;
    }
    used += size;
  }
  return { segments, encoding };
}

/** The first 4 to 8 digits that stand alone. */
export function codeIn(text: string): string | undefined {
  return /(?<![\d+])\d{4,8}(?!\d)/u.exec(text)?.[0];
}
