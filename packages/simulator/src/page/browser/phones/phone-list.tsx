import { useComputed, useSignal } from '@preact/signals';
import type { Phone } from '../../../control/contract.js';
import { phoneLink } from '../kit/route.js';
import { Time } from '../kit/time.js';
import { VirtualList } from '../kit/virtual-list.js';
import { phones, selectedPhone, unread } from '../state/box.js';

const rowHeight = 72;

export function PhoneList() {
  const wanted = useSignal('');
  const found = useComputed(() => {
    const words = wanted.value.trim().toLowerCase();
    const all = phones.value ?? [];
    return words === ''
      ? all
      : all.filter(({ phone, last }) => phone.includes(words) || last.text.toLowerCase().includes(words));
  });
  return (
    <section class="list pane" aria-labelledby="phones-heading">
      <div class="pane-head">
        <h2 id="phones-heading">
          Phones <span class="faint">{phones.value?.length}</span>
        </h2>
        <input
          type="search"
          aria-label="Find a phone by its number or its last message"
          placeholder="Find a number or text"
          value={wanted.value}
          onInput={(event) => {
            wanted.value = event.currentTarget.value;
          }}
        />
      </div>
      {found.value.length === 0 ? (
        <p class="hint">
          {wanted.value === ''
            ? 'No phone has received anything yet.'
            : 'No phone has that in its number or its last message.'}
        </p>
      ) : (
        <VirtualList
          items={found.value}
          keyOf={({ phone }) => phone}
          estimatedHeight={rowHeight}
          label="Phones, the newest first"
        >
          {(phone) => <PhoneRow phone={phone} />}
        </VirtualList>
      )}
    </section>
  );
}

function PhoneRow({ phone: { phone, messages, last } }: { phone: Phone }) {
  const isNew = unread.value.has(phone);
  return (
    <a class={`row ${isNew ? 'new' : ''}`} href={phoneLink(phone)} aria-current={selectedPhone.value === phone}>
      <span class="avatar" aria-hidden="true">
        {phone.slice(-2)}
      </span>
      <span class="half">
        <span class="number">{phone}</span>
        <Time at={last.at} />
      </span>
      <span class="half">
        <span class="snippet" dir="auto">
          {last.direction === 'out' && 'Answered: '}
          {last.text}
        </span>
        <span class="amount">
          <span aria-hidden="true">{messages}</span>
          <span class="hidden">
            {messages === 1 ? '1 message' : `${messages} messages`}
            {isNew && ', news'}
          </span>
        </span>
      </span>
    </a>
  );
}
