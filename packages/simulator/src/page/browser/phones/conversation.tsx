import type { ConversationEntry } from '../../../control/contract.js';
import { VirtualList } from '../kit/virtual-list.js';
import { entryKey } from '../state/arrivals.js';
import { conversation, selectedMessage } from '../state/box.js';
import { MessageBubble, ReplyBubble } from './bubble.js';
import { Composer } from './composer.js';

const bubbleHeight = 110;

/** A phone, as the person who holds it sees it. */
export function Conversation({ phone }: { phone: string }) {
  const known = conversation.value;
  const entries = known?.phone === phone ? known.conversation : undefined;
  return (
    <section class="phone pane" aria-labelledby="phone-heading">
      <div class="device">
        <div class="device-head">
          <a class="back" href="#/phones">
            <span aria-hidden="true">‹</span> Phones
          </a>
          <h2 id="phone-heading">{phone}</h2>
          <span class="speaker" aria-hidden="true" />
        </div>
        {entries === undefined ? (
          <div class="scroller" />
        ) : entries.length === 0 ? (
          <p class="hint scroller">This phone has received nothing yet. What comes appears here by itself.</p>
        ) : (
          <VirtualList
            items={entries}
            keyOf={entryKey}
            estimatedHeight={bubbleHeight}
            label={`Messages of ${phone}, the newest last`}
            anchor="end"
            shown={selectedMessage.value}
            class="bubbles"
          >
            {(entry) => <Bubble entry={entry} />}
          </VirtualList>
        )}
        <Composer phone={phone} entries={entries ?? []} />
      </div>
    </section>
  );
}

function Bubble({ entry }: { entry: ConversationEntry }) {
  return entry.direction === 'in' ? <MessageBubble message={entry.message} /> : <ReplyBubble reply={entry.reply} />;
}
