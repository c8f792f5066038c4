import sortedBTree from 'sorted-btree'

/** The package is a CommonJS module: what its default export is depends on who loads it, Node or a tool that transpiles. */
const loaded: typeof sortedBTree.default | typeof sortedBTree = sortedBTree

/** A sorted map whose copies are cheap: they share what neither changes. */
export const BTree = 'default' in loaded ? loaded.default : (loaded as unknown as typeof sortedBTree.default)
export type BTree<K, V> = InstanceType<typeof BTree<K, V>>
