import type { Order } from "./model";
import { isOpen } from "./status";

/**
 * Lease of the last writer of an open order in milliseconds. Each commit renews it. It expires by itself, because the node may have
 * crashed. It exceeds the duration of any step: provider calls time out after 3 s.
 */
export const LEASE_MS = 6_000;

/** Whether a recovery sweep may resume the order. */
export const isDue = (order: Order, now: number): boolean => isOpen(order) && now >= order.updatedAt + LEASE_MS;
