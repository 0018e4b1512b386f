import { CopyButton } from '../kit/copy-button.js';
import { VendorBadge } from '../kit/vendor-badge.js';
import { vendors } from '../state/box.js';

/** What to do first, while nothing has come. */
export function Welcome() {
  const wait = `curl '${location.origin}/api/messages?wait=60000'`;
  return (
    <div class="page welcome">
      <h2>No message yet</h2>
      <p class="lead">
        Point your app at one of these vendors, and send a message. It appears here by itself, on the phone that it was
        sent to. No message leaves this machine.
      </p>
      <ul class="cards">
        {vendors.value?.map(({ vendor, title, url, sdk }) => (
          <li key={vendor} class="card">
            <h3>
              <VendorBadge vendor={vendor} title={title} />
            </h3>
            <Line text={url} what={`address of ${title}`} />
            <Line text={sdk} what={`line of code for ${title}`} />
          </li>
        ))}
      </ul>
      <h3>From a shell</h3>
      <p>This waits until a message comes, and prints it:</p>
      <Line text={wait} what="curl line" />
      <p>
        Everything that this page does is a call of <a href="/api">/api</a>, which lists itself. Before the first
        message you can <a href="#/faults">switch a fault on</a>, or <a href="#/reports">hold reports back</a>.
      </p>
    </div>
  );
}

export function Line({ text, what }: { text: string; what: string }) {
  return (
    <div class="line">
      <code>{text}</code>
      <CopyButton text={text} what={what} />
    </div>
  );
}
