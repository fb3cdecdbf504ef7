import { createHmac, randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Runtime } from "@config/runtime";
import { isRejection } from "@kernel/rejection";
import type { CommitMeta } from "@kernel/cloud-event";
import { Actors } from "@mixins/actors/actor";
import { overlapDetector } from "@mixins/async/overlap-detector";
import { validationError, rejectionError } from "@mixins/errors/service-errors";
import type { HttpResponse } from "../http/response";
import { idempotencyKey, LEASE_MS, type IdempotencyKey, type StoredAnswer } from "../domain/idempotency";
import { expiredKeys, idempotencyKeys } from "../gateway.store";

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 1_000;

/** Retries a write until it succeeds or the lease of a key ends. A client that retries after a 503 then need not wait for the lease. */
const retryUntilLeaseEnds = async (write: () => Promise<unknown>): Promise<void> => {
	const deadline = performance.now() + LEASE_MS;
	for (let ms = FIRST_PAUSE_MS; performance.now() < deadline; ms = Math.min(MAX_PAUSE_MS, 2 * ms)) {
		await pause(ms, undefined, { ref: false });
		try {
			await write();
			return;
		} catch {
			// the store is still unavailable
		}
	}
};

/** Identifies one use of a key. A key is valid for one client, method and path. */
export interface KeyedRequest {
	readonly key: string;
	/** The client (its id, or what identifies a guest), the method and the path. */
	readonly scope: readonly string[];
	/** All input that the response depends on. */
	readonly content: Buffer;
	readonly cause: CommitMeta;
}

export interface Idempotency {
	/**
	 * Runs the request once per key. `seed` is the same for each run under the key; ids are derived from it.
	 *
	 * @returns the response of this run, or the stored response of an earlier one
	 * @throws IDEMPOTENCY_KEY_REUSED, IDEMPOTENCY_IN_PROGRESS
	 */
	once(request: KeyedRequest, run: (seed: string) => Promise<HttpResponse>): Promise<HttpResponse>;
	/** Removes keys whose retention has ended. */
	sweep(now: number): Promise<void>;
}

const PRINTABLE = /^[\x20-\x7e]{1,255}$/;

/** @throws VALIDATION_FAILED */
export const keyOf = (header: string | string[] | undefined): string | undefined => {
	if (header === undefined) return undefined;
	if (typeof header === "string" && PRINTABLE.test(header)) return header;
	throw validationError([{ path: "", message: "Idempotency-Key must be 1 to 255 printable ASCII characters" }]);
};

/** Responses that ask the client to retry are not stored. */
const isFinal = ({ status }: HttpResponse): boolean => status < 500 && status !== 429;

const storable = ({ status, headers, body }: HttpResponse): StoredAnswer => ({
	status,
	headers,
	body: typeof body === "string" ? body : null,
});

const replayed = ({ status, headers, body }: StoredAnswer): HttpResponse => ({
	status,
	headers: { ...headers, "Idempotency-Replayed": "true" },
	body,
	code: null,
});

const seen = ({ run, phase, answer }: IdempotencyKey) => ({ run, answer: phase === "answered" ? answer : null });

export const idempotency = ({ store, secret, clock, log }: Runtime): Idempotency => {
	const home = store("gateway");
	const collection = home.collection(idempotencyKeys);
	const actors = new Actors(idempotencyKey, collection, { exclusive: home.exclusive });
	const boot = randomBytes(8).toString("hex");
	/** Requests in this process by key, including those that wait for another one. */
	const requests = overlapDetector();
	// Keyed with the shop's secret, so that keys and bodies cannot be found by trial, and clients cannot predict ids.
	const digest = (...parts: readonly (string | Buffer)[]): string => {
		const hmac = createHmac("sha256", secret);
		for (const part of parts) hmac.update(`${part.length}:`).update(part);
		return hmac.digest("hex");
	};

	return {
		async once({ key, scope, content, cause }, run) {
			const id = digest("key", ...scope, key);
			const begin = { fingerprint: digest("content", content), boot, exclusive: home.exclusive, at: clock() };
			return requests.run(id, async () => {
				const begun = await actors.send(id, "begin", begin, seen, cause).catch((problem: unknown) => {
					// The begin may have been committed although no run is in progress.
					void retryUntilLeaseEnds(async () => {
						if (requests.isRunning(id)) throw new Error("the key is in use by another request");
						await actors.send(id, "release", { by: { boot }, at: clock() }, seen, cause);
					});
					throw problem;
				});
				if (isRejection(begun)) throw rejectionError(begun);
				if (begun.answer) return replayed(begun.answer);
				const answer = await run(digest("seed", ...scope, key));
				const keep = () =>
					isFinal(answer)
						? actors.send(id, "finish", { answer: storable(answer), at: clock() }, seen, cause)
						: actors.send(id, "release", { by: { run: begun.run }, at: clock() }, seen, cause);
				await keep().catch((problem: unknown) => {
					// The action has taken effect, so the response is sent. If the process ends before the response is stored, the key runs
					// again after its lease and derives the same ids.
					log.warn("the response for an idempotency key could not be stored; retrying", {
						requestId: cause.correlationId,
						err: problem,
					});
					void retryUntilLeaseEnds(keep);
				});
				return answer;
			});
		},

		async sweep(now) {
			for (const id of await expiredKeys(collection, now)) {
				await actors.send(id, "expire", { at: now }, seen, {
					at: now,
					actor: "gateway.sweep",
					correlationId: "gateway.sweep",
					causationId: "gateway.sweep",
				});
				await collection.remove(id);
			}
		},
	};
};
