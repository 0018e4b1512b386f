import { useState } from 'preact/hooks';
import type { Vendor } from '../../../control/contract.js';
import { announce, attempt } from '../kit/announce.js';
import { switchOn } from './fault-switch.js';

/** Picks one of the vendor's own statuses, by its name or a word of its meaning. */
export function StatusPicker({ vendor: { vendor, title, answers } }: { vendor: Vendor }) {
  const [name, setName] = useState('');
  const picked = answers.find((answer) => answer.name === name.trim());
  const add = () =>
    attempt(async () => {
      if (picked === undefined) throw new Error(`${title} has no status “${name}”. The list shows those that it has.`);
      await switchOn(vendor, { kind: 'answer', name: picked.name });
      announce(`${title} answers ${picked.name}: ${picked.meaning}`);
      setName('');
    });
  return (
    <form
      class="picker"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <label>
        <span>
          One of the {answers.length} statuses of {title}
        </span>
        <input
          list="statuses"
          autoComplete="off"
          placeholder="Number, name or a word of its meaning"
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <datalist id="statuses">
        {answers.map((answer) => (
          <option key={answer.name} value={answer.name}>
            {answer.meaning}
          </option>
        ))}
      </datalist>
      <button type="submit" class="primary" disabled={name.trim() === ''}>
        Answer this
      </button>
      {picked !== undefined && <p class="faint">{picked.meaning}</p>}
    </form>
  );
}
