/** Products in the shops that are compared. */
export const PRODUCTS = 1_000;
/** In a smoke run. */
export const FEW_PRODUCTS = 200;
const SKUS = FEW_PRODUCTS;

/** Another variant of the benchmark's catalogue for each turn. */
export const skuOf = (turn: number): string => `BENCH-${turn % SKUS}-S`;
