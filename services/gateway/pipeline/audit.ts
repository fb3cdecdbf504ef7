import { randomBytes } from "node:crypto";
import type { Runtime } from "@config/runtime";
import { actorOf, type Principal } from "@kernel/access";
import type { ActionContract } from "@kernel/contract";
import { maskEmailAndHost } from "@kernel/masking";
import { Actors } from "@mixins/actors/actor";
import type { Collection } from "@mixins/store/port";
import { Auth } from "@services/auth/auth.contract";
import type { HttpResponse } from "../http/response";
import { auditEntry, type AuditEntry, type AuditEvent } from "../domain/audit";
import { auditEntries } from "../gateway.store";

export interface Audited {
	readonly contract: ActionContract;
	readonly method: string;
	readonly path: string;
	readonly principal: Principal;
	/** Parsed parameters; empty if the request was rejected before. */
	readonly params: object;
	readonly answer: HttpResponse;
	readonly requestId: string;
}

export interface AuditTrail {
	readonly entries: Collection<AuditEntry, AuditEvent>;
	/** Whether a request is audited. */
	isOf(call: Audited): boolean;
	/** Writes the entry before the response is sent. Never throws, because the action has already taken effect. */
	record(call: Audited): Promise<void>;
}

/**
 * The actor of an audited request: staff for changes, whether allowed or rejected, and the masked address for a failed login. Undefined for
 * all other requests.
 */
const actorFor = ({ contract, method, principal, params, answer }: Audited): string | undefined => {
	if (contract.name === Auth.login.name) {
		const { email } = params as { email?: unknown };
		return answer.code === "INVALID_CREDENTIALS" && typeof email === "string" ? maskEmailAndHost(email) : undefined;
	}
	const isStaffs = contract.permission !== "public" && contract.permission !== "customer" && contract.permission !== "internal";
	return isStaffs && method !== "GET" && principal.kind === "user" ? actorOf(principal) : undefined;
};

const DIGITS = 9;

export const auditTrail = ({ store, clock, log }: Runtime): AuditTrail => {
	const home = store("gateway");
	const entries = home.collection(auditEntries);
	const actors = new Actors(auditEntry, entries, { exclusive: home.exclusive, limits: { capacity: 16 } });

	return {
		entries,
		isOf: (call) => actorFor(call) !== undefined,
		async record(call) {
			const actor = actorFor(call);
			if (actor === undefined) return;
			const { contract, path, principal, answer, requestId } = call;
			const at = clock();
			const id = `aud_${at.toString(36).padStart(DIGITS, "0")}_${randomBytes(8).toString("hex")}`;
			const subject = principal.kind === "guest" ? null : path;
			const entry: AuditEntry = { at, actor, action: contract.name, subject, outcome: answer.code ?? "ok", requestId };
			try {
				await actors.send(id, "record", entry, () => null, { at, actor, correlationId: requestId, causationId: requestId });
			} catch (cause) {
				log.error("writing an audit entry failed", { ...entry, err: cause });
			}
		},
	};
};
