import { auditEntry, maskEmail } from "./audit";

test("a masked address is recognizable to its owner but not usable by others", () => {
	expect(maskEmail("ana.garcia@example.com")).toBe("a***@e***.com");
	expect(maskEmail("B@mail.example.co.uk")).toBe("b***@m***.uk");
	expect(maskEmail("odd")).toBe("o***@***");
});

test("an entry is written once", () => {
	const entry = { at: 5, actor: "usr_a", action: "orders.refund", subject: "/x", outcome: "ok", requestId: "r" };
	const state = auditEntry.evolve(auditEntry.initial("id"), { type: "audit.recorded", entry });
	expect(state).toEqual(entry);
	expect(auditEntry.commands.record({ ...entry, outcome: "other" }, state)).toEqual([]);
});
