/**
 * A live view of a list through which nothing can be changed. Costs the same however long the list is.
 *
 * @param remedy what the TypeError tells whoever tries to change it
 */
export function readOnlyView<Item>(list: readonly Item[], remedy: string): readonly Item[] {
  const refuse = (): never => {
    throw new TypeError(remedy);
  };
  return new Proxy(list, {
    set: refuse,
    defineProperty: refuse,
    deleteProperty: refuse,
    setPrototypeOf: refuse,
    // Object.freeze() of the view would freeze the list itself.
    preventExtensions: refuse,
  });
}
