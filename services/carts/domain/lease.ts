import type { Cart } from "./cart";

/**
 * Lease of the node that began a checkout in milliseconds; it is not renewed. After it a recovery sweep resumes the checkout in the orders
 * service, which does nothing if the order exists and is open.
 */
export const CHECKOUT_LEASE_MS = 6_000;

/** Whether a recovery sweep may resume the checkout. */
export const isCheckoutDue = ({ checkout }: Cart, now: number): boolean =>
	checkout !== null && now >= checkout.startedAt + CHECKOUT_LEASE_MS;
