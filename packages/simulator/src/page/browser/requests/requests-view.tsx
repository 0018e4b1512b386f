import { useComputed } from '@preact/signals';
import { VirtualList } from '../kit/virtual-list.js';
import { Wire } from '../message/wire.js';
import { requests } from '../state/box.js';

const rowHeight = 52;

export function RequestsView() {
  const newestFirst = useComputed(() => requests.value.toReversed());
  return (
    <div class="page filled">
      <h2>Requests</h2>
      <p class="lead">
        What was asked of the vendors, as it came, and what they answered; also what a fault hit, and what reached no
        phone.
      </p>
      {requests.value.length === 0 ? (
        <p class="hint">
          Nobody has asked anything yet. The <a href="#/vendors">addresses of the vendors</a> are where to ask.
        </p>
      ) : (
        <VirtualList
          items={newestFirst.value}
          keyOf={({ id }) => id}
          estimatedHeight={rowHeight}
          label="Requests, the newest first"
          class="rows"
        >
          {(request) => <Wire request={request} />}
        </VirtualList>
      )}
    </div>
  );
}
