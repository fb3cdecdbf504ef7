import type { ServiceSchema } from "moleculer";
import type { Runtime } from "@config/runtime";
import { tryCall, type Caller } from "@kernel/contract";
import type { CommitMeta } from "@kernel/cloud-event";
import { isRejection } from "@kernel/rejection";
import { Actors } from "@mixins/actors/actor";
import { subscription } from "@mixins/events/event-bus";
import { periodicJob } from "@mixins/async/periodic-job";
import { eventRequest, systemRequest } from "@mixins/service/request";
import { defineService } from "@mixins/service/define-service";
import { UserEvents, Users } from "@services/users/users.contract";
import { accessTokens } from "./access-tokens";
import { Auth } from "./auth.contract";
import { recoveryKind } from "./auth.store";
import { emailLinkActions } from "./email-link-actions";
import { recovery } from "./domain/recovery";
import { loginThrottle, loginLimiter, noLoginThrottle } from "./login-throttle";
import { tokenVerifier } from "./token-verification";
import { journalSessionRepository } from "./session-repository-journal";
import { login } from "./login";
import { mailTokens } from "./mail-tokens";
import { redisSessionRepository } from "./session-repository-redis";
import { refreshTokens } from "./refresh-tokens";
import { sessions as createSessions } from "./sessions";

const SWEEP_MS = 10 * 60_000;
/** Caller of background work, which makes no calls. */
const NO_CALLER: Caller = { call: () => Promise.reject(new Error("background work of auth must not call services")) };

export const auth = (runtime: Runtime): ServiceSchema => {
	const { clock, bus, log, redis, secret, settings } = runtime;
	const store = runtime.store("auth");
	const recoveries = new Actors(recovery, store.collection(recoveryKind), { exclusive: store.exclusive });
	const refreshing = refreshTokens(secret);
	const sessions = createSessions(redis ? redisSessionRepository(redis) : journalSessionRepository(store), refreshing, clock);
	const access = accessTokens(secret);
	const failures = settings.rateLimits ? loginThrottle(loginLimiter(redis)) : noLoginThrottle;
	const holderOf = tokenVerifier(access, sessions);

	const endAll = async (userId: string, stamp: number, cause: CommitMeta): Promise<void> => {
		await recoveries.send(userId, "void", { stamp }, () => null, cause); // first, because it does not need Redis, which may be unavailable
		await sessions.endAll(userId, stamp, cause);
	};
	const sweeping = periodicJob(
		SWEEP_MS,
		() => sessions.sweep(clock(), systemRequest(NO_CALLER, "auth.sweep", clock()).cause),
		(cause) => {
			log.error("session cleanup failed", { err: cause });
		},
	);

	return defineService(
		"auth",
		Auth,
		{
			register: async (account, { caller }) => {
				const outcome = await tryCall(caller, Users.register, account);
				return isRejection(outcome) ? outcome : { status: "accepted" as const };
			},
			...login({ sessions, access, refreshing, failures, log }),
			...emailLinkActions(recoveries, mailTokens(secret), failures),
			authenticate: ({ accessToken }, { now }) => holderOf(accessToken, now),
			endSessions: async ({ userId, stamp }, { cause }) => {
				await endAll(userId, stamp, cause);
				return {};
			},
		},
		{
			clock,
			bus,
			dependencies: ["users"],
			started: () => {
				sweeping.start();
			},
			stopped: () => sweeping.stop(),
			subscriptions: [
				subscription({
					name: "auth.endSessions",
					event: UserEvents.secured,
					handle: (event) =>
						endAll(event.data.userId, event.data.stamp, eventRequest(NO_CALLER, "auth.endSessions", event, clock()).cause),
				}),
			],
		},
	);
};
