import type { WireRequest } from '../../../control/contract.js';
import { Time } from '../kit/time.js';
import { VendorBadge } from '../kit/vendor-badge.js';
import { titleOf } from '../state/box.js';

/** A request as the vendor got it, and the answer that it gave. */
export function Wire({ request, isOpen = false }: { request: WireRequest; isOpen?: boolean }) {
  const { vendor, method, path, headers, body, status, answerName, answer, fault, receivedAt } = request;
  return (
    <details class="wire" open={isOpen}>
      <summary>
        <VendorBadge vendor={vendor} title={titleOf(vendor)} />
        <span class="method">{method}</span>
        <span class="path">{path}</span>
        <span class={`status ${isGood(status) ? 'good' : 'bad'}`}>
          {status === 'none' ? 'no answer' : status}
          {answerName !== undefined && ` · ${answerName}`}
        </span>
        {fault !== undefined && <span class="state fault">fault: {fault}</span>}
        <Time at={receivedAt} />
      </summary>
      <Text
        title="Request"
        text={[...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', shown(body)].join('\n')}
      />
      {answer !== undefined && <Text title="Answer" text={shown(answer)} />}
    </details>
  );
}

function Text({ title, text }: { title: string; text: string }) {
  return (
    <>
      <p class="faint">{title}</p>
      <pre>{text.trim()}</pre>
    </>
  );
}

function isGood(status: WireRequest['status']): boolean {
  return status !== 'none' && status < 400;
}

/** JSON on lines of its own, anything else as it came. */
function shown(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
