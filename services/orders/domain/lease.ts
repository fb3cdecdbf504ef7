import type { Order } from "./model";
import { isOpen } from "./status";

/**
 * How long an open order is left to the node that wrote to it last, in milliseconds. Each commit renews it, and it ends by itself: the node may have
 * crashed. Longer than any step takes: a provider that does not respond is given up after 3 s.
 */
export const LEASE_MS = 6_000;

/** Whether a recovery sweep may take the order up. */
export const isDue = (order: Order, now: number): boolean => isOpen(order) && now >= order.updatedAt + LEASE_MS;
