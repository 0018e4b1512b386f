import { batch, computed, effect, signal } from '@preact/signals';
import type {
  BoxMessageDetails,
  BoxReport,
  FaultEntry,
  Phone,
  PhoneConversation,
  ReportSettings,
  ReportsPage,
  Vendor,
  WireRequest,
} from '../../../control/contract.js';
import { announce } from '../kit/announce.js';
import { get } from '../kit/api.js';
import { phoneLink, route } from '../kit/route.js';
import { isArrival, phoneOf, received, withArrivals, withEntries, withNewer } from './arrivals.js';
import { coalesced } from './coalesced.js';
import { withFaultChanges } from './fault-changes.js';
import { GatheredNews, type News } from './gathered-news.js';
import { Snapshots } from './snapshots.js';

/** What the page knows of the box; undefined until the box has said it. */
export const vendors = signal<readonly Vendor[] | undefined>(undefined);
export const phones = signal<readonly Phone[] | undefined>(undefined);
export const conversation = signal<PhoneConversation | undefined>(undefined);
export const details = signal<BoxMessageDetails | undefined>(undefined);
export const faults = signal<readonly FaultEntry[]>([]);
export const reports = signal<readonly BoxReport[]>([]);
export const reportSettings = signal<ReportSettings | undefined>(undefined);
export const requests = signal<readonly WireRequest[]>([]);
/** Phones that have received something since they were last looked at. */
export const unread = signal<ReadonlySet<string>>(new Set());

export const selectedPhone = computed(() => (route.value.view === 'phones' ? route.value.phone : undefined));
export const selectedMessage = computed(() => (route.value.view === 'phones' ? route.value.messageId : undefined));

/** A vendor's name for people. */
export function titleOf(vendor: string): string {
  return vendors.value?.find((each) => each.vendor === vendor)?.title ?? vendor;
}

const pauseMs = 300;
const gathered = new GatheredNews(take);
const snapshots = new Snapshots(
  () => gathered.flush(),
  () => new Promise((resolve) => setTimeout(resolve, pauseMs)),
);

/** Hears what the box tells, to take it in a moment. */
export function hear<Kind extends keyof News>(kind: Kind, item: News[Kind][number]) {
  snapshots.note();
  gathered.add(kind, item);
}

export const refresh = {
  vendors: coalesced(async () => {
    vendors.value = await get<readonly Vendor[]>('/api/vendors');
  }),
  phones: coalesced(async () => {
    phones.value = await snapshots.read(() => get<readonly Phone[]>('/api/phones'));
    if (phones.value.length === 0) isOpened = false;
    openNewest();
  }),
  conversation: coalesced(async () => {
    const phone = selectedPhone.value;
    if (phone === undefined) return;
    const path = `/api/phones/${encodeURIComponent(phone)}`;
    const told = await snapshots.read(() => get<PhoneConversation>(path).catch(() => undefined));
    // A phone that has received nothing yet, or of which a reset has left nothing.
    if (phone === selectedPhone.value) conversation.value = told ?? { phone, conversation: [] };
  }),
  details: coalesced(async () => {
    const id = selectedMessage.value;
    if (id === undefined) return;
    const told = await get<BoxMessageDetails>(`/api/messages/${encodeURIComponent(id)}`).catch(() => undefined);
    if (id === selectedMessage.value) details.value = told;
  }),
  faults: coalesced(async () => {
    faults.value = await snapshots.read(() => get<readonly FaultEntry[]>('/api/faults'));
  }),
  reports: coalesced(async () => {
    const told = await snapshots.read(() => get<ReportsPage>('/api/reports'));
    batch(() => {
      reports.value = told.reports;
      reportSettings.value = told.settings;
    });
  }),
  requests: coalesced(async () => {
    if (route.value.view !== 'requests') return;
    requests.value = await snapshots.read(() => get<readonly WireRequest[]>('/api/requests'));
  }),
};

/** Reads everything anew: at the start, and when events may have been missed. */
export async function refreshAll(): Promise<void> {
  await Promise.all(Object.values(refresh).map((load) => load()));
}

/** Forgets what the box has forgotten, and reads everything anew. */
export async function startAnew(): Promise<void> {
  gathered.clear();
  unread.value = new Set();
  await refreshAll();
}

/** Takes what came since the last time, all of it in one change of the page. */
function take(news: News) {
  const arrivals = news.entries.filter(isArrival);
  batch(() => {
    if (arrivals.length > 0) phones.value = withArrivals(phones.value ?? [], arrivals);
    reports.value = withNewer(reports.value, news.reports);
    faults.value = withFaultChanges(faults.value, news.faults);
    if (route.value.view === 'requests') requests.value = withNewer(requests.value, news.requests);
    const open = conversation.value;
    if (open !== undefined) {
      const here = news.entries.filter((entry) => phoneOf(entry) === open.phone);
      conversation.value = { ...open, conversation: withEntries(open.conversation, here) };
    }
    const elsewhere = received(arrivals).filter(({ to }) => to !== selectedPhone.value);
    if (elsewhere.length > 0) unread.value = new Set([...unread.value, ...elsewhere.map(({ to }) => to)]);
  });
  if (news.entries.length > 0 || news.reports.length > 0) void refresh.details();
  openNewest();
  const [first, ...others] = received(arrivals);
  if (first === undefined) return;
  if (others.length > 0) announce(`${others.length + 1} new messages`);
  else announce(`New message to ${first.to} from ${first.vendorTitle}: ${first.text}`);
}

/** Whether a phone has been opened by the page itself: once is a help, twice takes the person's hand off. */
let isOpened = false;

/** Opens the newest phone for a person who has come to see one, if there is room beside the list. */
function openNewest() {
  const [newest] = phones.value ?? [];
  if (isOpened || newest === undefined) return;
  isOpened = true;
  const isFree = route.value.view === 'phones' && route.value.phone === undefined;
  if (isFree && matchMedia('(min-width: 56rem)').matches) location.replace(phoneLink(newest.phone));
}

effect(() => {
  const phone = selectedPhone.value;
  if (phone === undefined) {
    conversation.value = undefined;
    return;
  }
  const waiting = unread.peek();
  if (waiting.has(phone)) unread.value = new Set([...waiting].filter((each) => each !== phone));
  void refresh.conversation();
});

effect(() => {
  if (selectedMessage.value === undefined) details.value = undefined;
  else void refresh.details();
});

effect(() => {
  const waiting = unread.value.size;
  document.title = waiting === 0 ? 'SMS in a box' : `(${waiting}) SMS in a box`;
});

effect(() => {
  if (route.value.view === 'requests') void refresh.requests();
});
