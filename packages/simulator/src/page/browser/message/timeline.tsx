import type { TimelineEntry } from '../../../control/contract.js';
import { Time } from '../kit/time.js';

export function Timeline({ entries }: { entries: readonly TimelineEntry[] }) {
  return (
    <ol class="timeline">
      {entries.map(({ at, kind, text, detail }, index) => (
        <li key={`${index}-${kind}`} class={`kind-${kind}`}>
          <Time at={at} />
          <p>{text}</p>
          {detail !== undefined && <p class="faint">{detail}</p>}
        </li>
      ))}
    </ol>
  );
}
