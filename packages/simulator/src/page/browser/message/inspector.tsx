import { useEffect, useRef } from 'preact/hooks';
import type { BoxMessageDetails } from '../../../control/contract.js';
import { CopyButton } from '../kit/copy-button.js';
import { phoneLink } from '../kit/route.js';
import { longTime } from '../kit/times.js';
import { details, selectedMessage, vendors } from '../state/box.js';
import { MessageReports } from './message-reports.js';
import { Timeline } from './timeline.js';
import { Wire } from './wire.js';

/** Everything about one message. */
export function Inspector() {
  const message = details.value;
  if (selectedMessage.value === undefined) return null;
  if (message === undefined) {
    return <p class="hint pane inspector">The box knows no message {selectedMessage.value}, or knows it no more.</p>;
  }
  const reports = vendors.value?.find(({ vendor }) => vendor === message.vendor)?.reports === true;
  return <Details key={message.id} message={message} reports={reports} />;
}

function Details({ message, reports }: { message: BoxMessageDetails; reports: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  // Whoever opened the details with the keyboard goes on in them.
  useEffect(() => heading.current?.focus(), []);
  return (
    <aside class="inspector pane" aria-labelledby="message-heading">
      <div class="pane-head">
        <h2 id="message-heading" tabIndex={-1} ref={heading}>
          Message {message.id}
        </h2>
        <a class="close" href={phoneLink(message.to)}>
          Close<span class="hidden"> the details</span>
        </a>
      </div>
      <div class="scroller">
        <Facts message={message} />
        <h3>What happened</h3>
        <Timeline entries={message.timeline} />
        <h3>Reports</h3>
        {reports ? (
          <MessageReports message={message} />
        ) : (
          <p class="faint">{message.vendorTitle} never tells an app what became of a message.</p>
        )}
        <h3>On the wire</h3>
        {message.wire.length === 0 && <p class="faint">No request brought it, or it is forgotten.</p>}
        {message.wire.map((request) => (
          <Wire key={request.id} request={request} isOpen />
        ))}
      </div>
    </aside>
  );
}

function Facts({ message }: { message: BoxMessageDetails }) {
  const { vendorTitle, from, to, reference, segments, encoding, code, receivedAt, text } = message;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Vendor', vendorTitle],
    ['From', from],
    ['To', to],
    ['Received', longTime(receivedAt)],
    ['Length', `${[...text].length} characters, ${segments === 1 ? '1 part' : `${segments} parts`}, ${encoding}`],
    ['Reference', reference],
  ];
  return (
    <>
      {code !== undefined && (
        <div class="code big">
          <strong>{code}</strong>
          <CopyButton text={code} what={`code ${code}`} label="Copy code" />
        </div>
      )}
      <dl class="facts">
        {facts.map(
          ([name, value]) =>
            value !== undefined && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
    </>
  );
}
