import { signal } from '@preact/signals';

/** Where the person is. Every place has an address, so that the back button works and a place can be bookmarked. */
export type Route =
  | { readonly view: 'phones'; readonly phone?: string; readonly messageId?: string }
  | { readonly view: 'faults' | 'reports' | 'requests' | 'vendors' };

export const route = signal<Route>(parseRoute(location.hash));

addEventListener('hashchange', () => {
  route.value = parseRoute(location.hash);
});

export function parseRoute(hash: string): Route {
  const [view, phone, messageId] = hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
  switch (view) {
    case 'faults':
    case 'reports':
    case 'requests':
    case 'vendors':
      return { view };
    default:
      return {
        view: 'phones',
        ...(phone && { phone }),
        ...(phone && messageId && { messageId }),
      };
  }
}

export function phoneLink(phone: string, messageId?: string): string {
  return `#/phones/${encodeURIComponent(phone)}${messageId === undefined ? '' : `/${messageId}`}`;
}
