import type { BoxMessage, BoxReply } from '../../../control/contract.js';
import { CopyButton } from '../kit/copy-button.js';
import { phoneLink } from '../kit/route.js';
import { Time } from '../kit/time.js';
import { VendorBadge } from '../kit/vendor-badge.js';
import { tellingWords } from '../kit/words.js';
import { selectedMessage } from '../state/box.js';

export function MessageBubble({ message }: { message: BoxMessage }) {
  const { id, vendor, vendorTitle, to, from, text, code, segments, encoding, receivedAt, reported } = message;
  return (
    <article
      class={`bubble in ${selectedMessage.value === id ? 'selected' : ''}`}
      aria-label={`Message ${id} from ${vendorTitle}`}
    >
      <header>
        <VendorBadge vendor={vendor} title={vendorTitle} />
        {from !== undefined && <span class="from">{from}</span>}
        <Time at={receivedAt} />
      </header>
      <p class="text" dir="auto">
        {text}
      </p>
      {code !== undefined && (
        <div class="code">
          <strong>{code}</strong>
          <CopyButton text={code} what={`code ${code}`} label="Copy code" />
        </div>
      )}
      <footer>
        <span>{segments === 1 ? encoding : `${segments} parts · ${encoding}`}</span>
        {reported !== undefined && <span class={`state ${reported}`}>{reported}</span>}
        <a href={phoneLink(to, id)} aria-label={`Details of message ${id}`}>
          Details
        </a>
      </footer>
    </article>
  );
}

export function ReplyBubble({ reply: { text, at, status, problem } }: { reply: BoxReply }) {
  return (
    <article class="bubble out" aria-label="Answer of this phone">
      <p class="text" dir="auto">
        {text}
      </p>
      <footer>
        <Time at={at} />
        <span>{problem ?? tellingWords[status]}</span>
      </footer>
    </article>
  );
}
