import type { Cart } from "./cart";

/**
 * Time in milliseconds during which only the node that began a checkout continues it. The lease is not renewed. Afterwards the recovery sweep
 * passes the checkout to the orders service, which does nothing if the order exists and is open.
 */
export const CHECKOUT_LEASE_MS = 6_000;

/** Whether the recovery sweep may pass the checkout on. */
export const isCheckoutDue = ({ checkout }: Cart, now: number): boolean =>
	checkout !== null && now >= checkout.startedAt + CHECKOUT_LEASE_MS;
