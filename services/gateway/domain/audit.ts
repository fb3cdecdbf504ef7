import { decider } from "@kernel/decider";

/** A change by staff, or a failed login. Written once and never changed. */
export interface AuditEntry {
	/** Epoch milliseconds. */
	at: number;
	/** User id, or masked e-mail address. */
	actor: string;
	/** Action name. */
	action: string;
	/** Request path; null for guests. */
	subject: string | null;
	/** "ok", or the error code. */
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
