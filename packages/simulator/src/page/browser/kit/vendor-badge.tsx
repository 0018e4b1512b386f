const hues = 8;
/** Gives the vendors that Polysms knows a colour each. */
const factor = 63;

/** A vendor's name in a colour of its own, the same in every place and at every start. */
export function VendorBadge({ vendor, title }: { vendor: string; title: string }) {
  const hue = [...vendor].reduce((sum, letter) => (sum * factor + letter.charCodeAt(0)) % 1_009, 0) % hues;
  return <span class={`badge hue-${hue}`}>{title}</span>;
}
