import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { visibleRange } from './visible-range.js';

interface VirtualListProps<Item> {
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  readonly children: (item: Item) => ComponentChildren;
  /** How high an item is before it has been measured, in pixels. */
  readonly estimatedHeight: number;
  readonly label: string;
  /** A conversation starts at its end, and follows what comes while its end is seen. */
  readonly anchor?: 'start' | 'end';
  /** Brings the item with this key into view. */
  readonly shown?: string | undefined;
  readonly class?: string;
}

const marginPixels = 400;
/** So near to the end counts as its end, in pixels. */
const nearPixels = 40;

/** A list of any length of which the document holds what is in view, and a little more. */
export function VirtualList<Item>(props: VirtualListProps<Item>) {
  const { items, keyOf, children, estimatedHeight, label, anchor = 'start', shown } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const measured = useRef(new Map<string, number>()).current;
  const isAtEnd = useRef(anchor === 'end');
  const [view, setView] = useState({ top: anchor === 'end' ? Number.MAX_SAFE_INTEGER : 0, height: innerHeight });

  const heights = items.map((item) => measured.get(keyOf(item)) ?? estimatedHeight);
  const { first, end, before, after } = visibleRange(heights, view.top, view.height, marginPixels);

  const look = () => {
    const element = scroller.current;
    if (element === null) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    isAtEnd.current = anchor === 'end' && scrollHeight - scrollTop - clientHeight < nearPixels;
    setView((seen) =>
      seen.top === scrollTop && seen.height === clientHeight ? seen : { top: scrollTop, height: clientHeight },
    );
  };
  const measure = () => {
    let isChanged = false;
    for (const item of (list.current?.children ?? []) as Iterable<HTMLElement>) {
      const key = item.dataset['key'] ?? '';
      const { height } = item.getBoundingClientRect();
      if (height > 0 && measured.get(key) !== height) {
        measured.set(key, height);
        isChanged = true;
      }
    }
    if (isAtEnd.current) scroller.current?.scrollTo(0, scroller.current.scrollHeight);
    if (isChanged) setView((seen) => ({ ...seen }));
  };

  useLayoutEffect(measure);
  useLayoutEffect(() => {
    // What an item shows can grow without this list: a person opens it, or the window gets narrow.
    const observer = new ResizeObserver(() => {
      measure();
      look();
    });
    for (const element of [scroller.current, list.current]) if (element !== null) observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    const index = shown === undefined ? -1 : items.findIndex((item) => keyOf(item) === shown);
    if (index < 0) return;
    const top = heights.slice(0, index).reduce((sum, each) => sum + each, 0);
    const isInView = top >= view.top && top + (heights[index] ?? 0) <= view.top + view.height;
    if (isInView || isAtEnd.current) return;
    scroller.current?.scrollTo(0, top);
  }, [shown]);

  return (
    <div class={`scroller ${props.class ?? ''}`} ref={scroller} onScroll={look}>
      <div style={{ height: `${before}px` }} />
      <ul aria-label={label} ref={list}>
        {items.slice(first, end).map((item, index) => (
          <li key={keyOf(item)} data-key={keyOf(item)} aria-setsize={items.length} aria-posinset={first + index + 1}>
            {children(item)}
          </li>
        ))}
      </ul>
      <div style={{ height: `${after}px` }} />
    </div>
  );
}
