import { decider } from "@kernel/decider";

/** Something that staff did, or a login that failed. Written once, never changed. */
export interface AuditEntry {
	/** Epoch ms. */
	at: number;
	/** An id of a user, or a masked e-mail address. */
	actor: string;
	/** The action's name. */
	action: string;
	/** The path that it was done to. */
	subject: string | null;
	/** "ok", or the code of the refusal. */
	outcome: string;
	requestId: string;
}

export interface AuditEvent {
	readonly type: "audit.recorded";
	readonly entry: AuditEntry;
}

const NOTHING: AuditEntry = { at: 0, actor: "", action: "", subject: null, outcome: "", requestId: "" };

const record = (entry: AuditEntry, state: AuditEntry): readonly AuditEvent[] => (state.at > 0 ? [] : [{ type: "audit.recorded", entry }]);

export const auditEntry = decider<AuditEntry, AuditEvent>()({
	initial: () => ({ ...NOTHING }),
	commands: { record },
	evolve: (_, { entry }) => ({ ...entry }),
});
