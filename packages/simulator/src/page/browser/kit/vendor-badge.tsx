const hues = 8;

/** A vendor's name in a colour of its own, the same in every place and at every start. */
export function VendorBadge({ vendor, title }: { vendor: string; title: string }) {
  const hue = [...vendor].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_009, 0) % hues;
  return <span class={`badge hue-${hue}`}>{title}</span>;
}
