import { useState } from 'preact/hooks';
import type { BoxReply, ConversationEntry } from '../../../control/contract.js';
import { announce, attempt } from '../kit/announce.js';
import { post } from '../kit/api.js';
import { tellingWords } from '../kit/words.js';
import { received } from '../state/arrivals.js';
import { vendors } from '../state/box.js';

/** Writes back as the person who holds the phone. */
export function Composer({ phone, entries }: { phone: string; entries: readonly ConversationEntry[] }) {
  const [text, setText] = useState('');
  const handOn = new Set(vendors.value?.filter(({ inbound }) => inbound).map(({ vendor }) => vendor));
  const answered = received(entries).findLast(({ vendor }) => handOn.has(vendor));
  if (answered === undefined) {
    return <p class="composer hint">No vendor that wrote to this phone hands answers on to the app.</p>;
  }
  const reply = async (words: string) => {
    await attempt(async () => {
      const sent = await post<BoxReply>(`/api/phones/${encodeURIComponent(phone)}/replies`, { text: words });
      announce(`Answered ${words}: ${sent.problem ?? tellingWords[sent.status]}`);
      setText('');
    });
  };
  return (
    <form
      class="composer"
      aria-label="Answer as this phone"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') void reply(text);
      }}
    >
      <button type="button" class="chip" aria-label="Answer STOP" onClick={() => reply('STOP')}>
        STOP
      </button>
      <input
        aria-label={`Answer to ${answered.vendorTitle}`}
        placeholder={`Answer to ${answered.vendorTitle}`}
        dir="auto"
        autoComplete="off"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" class="primary send">
        Send
      </button>
    </form>
  );
}
