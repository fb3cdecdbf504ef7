import type { Cart } from "./cart";

/**
 * How long a checkout is left to the node that began it, in milliseconds; it is not renewed. After that a recovery sweep hands it on to the orders,
 * which do nothing where the order exists and is open.
 */
export const CHECKOUT_LEASE_MS = 6_000;

/** Whether a recovery sweep may hand the checkout on. */
export const isCheckoutDue = ({ checkout }: Cart, now: number): boolean =>
	checkout !== null && now >= checkout.startedAt + CHECKOUT_LEASE_MS;
