import type { Collection, Document, Kind } from "@mixins/store/port";
import { auditEntry, type AuditEntry, type AuditEvent } from "./domain/audit";
import { idempotencyKey, KEPT_MS, type IdempotencyEvent, type IdempotencyKey } from "./domain/idempotency";

export const idempotencyKeys: Kind<IdempotencyKey, IdempotencyEvent> = {
	name: "idempotency",
	revision: 1,
	initial: idempotencyKey.initial,
	evolve: idempotencyKey.evolve,
	fields: { touchedAt: { value: ({ touchedAt }) => touchedAt, indexed: true } },
	publishes: [],
	removable: true,
};

export const auditEntries: Kind<AuditEntry, AuditEvent> = {
	name: "audit_entry",
	revision: 1,
	initial: auditEntry.initial,
	evolve: auditEntry.evolve,
	fields: { at: { value: ({ at }) => at, indexed: true }, actor: { value: ({ actor }) => actor, indexed: true } },
	publishes: [],
};

const SWEEP_BATCH = 500;

/** Ids of keys whose retention has ended. */
export const expiredKeys = async (keys: Collection<IdempotencyKey, IdempotencyEvent>, now: number): Promise<readonly string[]> => {
	const found = await keys.find({
		where: { touchedAt: { before: now - KEPT_MS } },
		orderBy: { field: "touchedAt" },
		limit: SWEEP_BATCH,
	});
	return found.map(({ id }) => id);
};

/** One page of audit entries, newest first. */
export const auditPage = (
	entries: Collection<AuditEntry, AuditEvent>,
	actor: string | undefined,
	limit: number,
	after: { readonly at: number; readonly id: string } | undefined,
): Promise<readonly Document<AuditEntry>[]> =>
	entries.find({
		...(actor !== undefined && { where: { actor } }),
		orderBy: { field: "at", descending: true },
		limit,
		...(after && { after: { value: after.at, id: after.id } }),
	});
