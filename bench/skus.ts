/** Number of products in each compared program. */
export const PRODUCTS = 1_000;
/** Number of products in a smoke run. */
export const FEW_PRODUCTS = 200;
const SKUS = FEW_PRODUCTS;

/** Cycles through variants of the benchmark catalogue, one per turn. */
export const skuOf = (turn: number): string => `BENCH-${turn % SKUS}-S`;
