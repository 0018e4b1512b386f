import type { Vendor } from '../../../control/contract.js';
import { VendorBadge } from '../kit/vendor-badge.js';
import { Line } from '../phones/welcome.js';
import { vendors } from '../state/box.js';
import { SettingsForm } from './settings-form.js';

export function VendorsView() {
  return (
    <div class="page">
      <h2>Vendors</h2>
      <p class="lead">Where each vendor of this box listens, and what it can say.</p>
      {vendors.value?.map((vendor) => (
        <VendorCard key={vendor.vendor} vendor={vendor} />
      ))}
    </div>
  );
}

function VendorCard({ vendor: { vendor, title, url, sdk, reports, inbound, answers, settings } }: { vendor: Vendor }) {
  return (
    <section class="card" aria-labelledby={`vendor-${vendor}`}>
      <h3 id={`vendor-${vendor}`}>
        <VendorBadge vendor={vendor} title={title} />
      </h3>
      <Line text={url} what={`address of ${title}`} />
      <Line text={sdk} what={`line of code for ${title}`} />
      <p>
        {reports ? 'Tells an app what became of a message.' : 'Never tells an app what became of a message.'}{' '}
        {inbound ? 'Hands on what people answer.' : 'Hands on no answers of people.'}
      </p>
      <details>
        <summary>
          {answers.length} statuses that it can answer<span class="hidden"> ({title})</span>
        </summary>
        <p>
          <a href="#/faults">A fault</a> produces any of them; so does a line in a shell:
        </p>
        <Line text={curlFor(vendor, answers[0]?.name ?? '')} what={`curl line for ${title}`} />
        <table>
          <thead>
            <tr>
              <th scope="col">Status</th>
              <th scope="col">Meaning</th>
            </tr>
          </thead>
          <tbody>
            {answers.map(({ name, meaning }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{meaning}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
      {settings !== null && settings !== undefined && (
        <SettingsForm vendor={vendor} title={title} settings={settings} />
      )}
    </section>
  );
}

function curlFor(vendor: string, name: string): string {
  const call = JSON.stringify({ vendor, fault: { kind: 'answer', name } });
  return `curl '${location.origin}/api/faults' -H 'content-type: application/json' -d '${call}'`;
}
