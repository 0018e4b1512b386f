import { signal } from '@preact/signals';
import { attempt } from '../kit/announce.js';
import { remove } from '../kit/api.js';
import { faults, titleOf, vendors } from '../state/box.js';
import { faultGroups } from './fault-options.js';
import { FaultSwitch, switchOff } from './fault-switch.js';
import { faultWords, oftenWords } from './fault-words.js';
import { HowOften } from './how-often.js';
import { StatusPicker } from './status-picker.js';

/** Whose faults are shown; undefined: those of all vendors. Kept while the person looks elsewhere. */
const chosen = signal<string | undefined>(undefined);

export function FaultsView() {
  const vendor = vendors.value?.find((each) => each.vendor === chosen.value);
  const reports = vendor === undefined ? vendors.value?.some((each) => each.reports) : vendor.reports;
  return (
    <div class="page faults">
      <h2>Faults</h2>
      <p class="lead">Make a vendor fail, and see what your app does about it.</p>
      <SwitchedOn />
      <VendorChoice />
      <HowOften />
      <div class="groups">
        {faultGroups
          .filter(({ onlyIfReporting }) => onlyIfReporting !== true || reports === true)
          .map(({ title, options }) => (
            <section key={title} class="card" aria-labelledby={`faults-${title}`}>
              <h3 id={`faults-${title}`}>{title}</h3>
              {options.map((option) => (
                <FaultSwitch key={`${chosen.value}-${option.title}`} option={option} vendor={vendor?.vendor} />
              ))}
              {title === 'Vendor' &&
                (vendor === undefined ? (
                  <p class="faint">Choose a vendor to have it answer one of its own statuses.</p>
                ) : (
                  <StatusPicker key={vendor.vendor} vendor={vendor} />
                ))}
            </section>
          ))}
      </div>
    </div>
  );
}

function VendorChoice() {
  const choice = (vendor: string | undefined, title: string) => (
    <label key={vendor}>
      <input
        type="radio"
        name="vendor"
        checked={chosen.value === vendor}
        onChange={() => {
          chosen.value = vendor;
        }}
      />
      <span>{title}</span>
    </label>
  );
  return (
    <fieldset class="choices">
      <legend>Whose</legend>
      {choice(undefined, 'All vendors')}
      {vendors.value?.map(({ vendor, title }) => choice(vendor, title))}
    </fieldset>
  );
}

function SwitchedOn() {
  if (faults.value.length === 0) return <p class="notice calm">Nothing is switched on: every vendor works.</p>;
  return (
    <section class="card active" aria-labelledby="switched-on">
      <div class="card-head">
        <h3 id="switched-on">Switched on</h3>
        <button type="button" onClick={() => attempt(() => remove('/api/faults'))}>
          Switch all off
        </button>
      </div>
      <ul>
        {faults.value.map((entry) => (
          <li key={entry.id}>
            <strong>{entry.vendor === null ? 'All vendors' : titleOf(entry.vendor)}</strong>
            <span>{faultWords(entry)}</span>
            <span class="state on">{oftenWords(entry)}</span>
            <button type="button" class="quiet" onClick={() => attempt(() => switchOff([entry]))}>
              Switch off<span class="hidden"> {faultWords(entry)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
