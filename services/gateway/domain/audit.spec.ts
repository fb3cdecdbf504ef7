import { auditEntry } from "./audit";

test("an entry is written once", () => {
	const entry = { at: 5, actor: "usr_a", action: "orders.refund", subject: "/x", outcome: "ok", requestId: "r" };
	const state = auditEntry.evolve(auditEntry.initial("id"), { type: "audit.recorded", entry });
	expect(state).toEqual(entry);
	expect(auditEntry.commands.record({ ...entry, outcome: "other" }, state)).toEqual([]);
});
