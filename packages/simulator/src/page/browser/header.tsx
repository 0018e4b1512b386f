import { announce, attempt } from './kit/announce.js';
import { post } from './kit/api.js';
import { type Route, route } from './kit/route.js';
import { faults, reports, unread } from './state/box.js';
import { connection } from './state/live.js';

const views: readonly { readonly view: Route['view']; readonly title: string; count(): number; what: string }[] = [
  { view: 'phones', title: 'Phones', count: () => unread.value.size, what: 'with news' },
  { view: 'faults', title: 'Faults', count: () => faults.value.length, what: 'switched on' },
  { view: 'reports', title: 'Reports', count: () => held(), what: 'held back' },
  { view: 'requests', title: 'Requests', count: () => 0, what: '' },
  { view: 'vendors', title: 'Vendors', count: () => 0, what: '' },
];

export function Header() {
  return (
    <header class="top">
      <h1>
        <span class="mark" aria-hidden="true" />
        SMS in a box
      </h1>
      <nav aria-label="Views">
        <ul>
          {views.map(({ view, title, count, what }) => (
            <li key={view}>
              <a href={`#/${view}`} aria-current={route.value.view === view ? 'page' : undefined}>
                {title}
                <Count count={count()} what={what} />
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <ConnectionState />
      <button type="button" class="quiet reset" onClick={reset}>
        Reset
      </button>
    </header>
  );
}

function Count({ count, what }: { count: number; what: string }) {
  if (count === 0) return null;
  return (
    <span class="count">
      {count}
      <span class="hidden"> {what}</span>
    </span>
  );
}

function ConnectionState() {
  const words = { connecting: 'Connecting…', live: 'Live', lost: 'Reconnecting…' };
  return (
    <p class={`connection ${connection.value}`} role="status">
      <span aria-hidden="true" class="dot" />
      {words[connection.value]}
    </p>
  );
}

function held(): number {
  return reports.value.filter(({ status }) => status === 'held').length;
}

async function reset() {
  const sure = confirm('Forget all messages, faults and reports, and set every vendor back to its start?');
  if (!sure) return;
  const done = await attempt(() => post('/api/reset'));
  if (!done) return;
  location.hash = '#/phones';
  announce('The box is as at its start.');
}
