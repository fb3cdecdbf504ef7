import { isRejection, type Rejection } from "@kernel/rejection";
import { serviceError } from "@mixins/errors/service-errors";
import type { SharedRedis } from "@mixins/redis/shared-redis";
import { forgettableAt, session, type Session, type SessionEvent } from "./domain/session";
import type { SessionRepository } from "./session-repository";

const MAX_ATTEMPTS = 10;
const PAGE_SIZE = 1_000;

const keyOf = (id: string): string => `session:${id}`;
/** Sorted set of the ids of an account's active sessions, scored by the expiry of their keys according to the clock of Redis. */
const listKeyOf = (userId: string): string => `sessions-of:${userId}`;

/**
 * Writes a session if it is unchanged, together with its entry in the account's list, so that the two are always consistent. Every refresh sets the same
 * time to live, so the list expires with the session that was written last.
 */
const WRITE = `
if (redis.call("GET", KEYS[1]) or "") ~= ARGV[1] then return 0 end
redis.call("SET", KEYS[1], ARGV[2], "PX", ARGV[3])
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call("ZREMRANGEBYSCORE", KEYS[2], "-inf", now)
if ARGV[5] == "alive" then
	redis.call("ZADD", KEYS[2], now + ARGV[3], ARGV[4])
	redis.call("PEXPIRE", KEYS[2], ARGV[3])
else
	redis.call("ZREM", KEYS[2], ARGV[4])
end
return 1
`;

const parseSession = (text: string): Session => JSON.parse(text) as Session;

/**
 * Stores each session under one Redis key, which expires when the session is no longer needed. Nothing is cached, so the end of a session on another node
 * takes effect at once.
 */
export const redisSessionRepository = (redis: SharedRedis): SessionRepository => {
	const load = async (id: string): Promise<string | null> => redis.ask((client) => client.get(keyOf(id)));

	/** @returns false if the session was changed concurrently */
	const write = async (before: string | null, after: Session, at: number): Promise<boolean> => {
		const { id, userId, status } = after;
		const ttlMs = Math.max(1, forgettableAt(after) - at);
		const written = await redis.ask((client) =>
			client.eval(WRITE, 2, keyOf(id), listKeyOf(userId), before ?? "", JSON.stringify(after), ttlMs, id, status),
		);
		return written === 1;
	};

	const read: SessionRepository["read"] = async (id, view) => {
		const found = await load(id);
		return found === null ? undefined : view(parseSession(found));
	};

	return {
		async send(id, name, command, view, { at }) {
			const decide = session.commands[name] as (command: never, state: Session) => readonly SessionEvent[] | Rejection;
			for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
				const before = await load(id);
				const state = before === null ? session.initial(id) : parseSession(before);
				const outcome = decide(command as never, state);
				if (isRejection(outcome)) return outcome as never;
				if (outcome.length === 0) return view(state);
				const after = outcome.reduce(session.evolve, state);
				if (await write(before, after, at)) return view(after);
			}
			throw serviceError("UNAVAILABLE");
		},

		read,
		isAlive: async (id) => (await read(id, ({ status }) => status === "alive")) === true,

		async sessionsBelowStamp(userId, stamp) {
			const ids = await redis.ask((client) => client.zrange(listKeyOf(userId), 0, -1));
			for (let from = 0; from < ids.length; from += PAGE_SIZE) {
				const found = await redis.ask((client) => client.mget(ids.slice(from, from + PAGE_SIZE).map(keyOf)));
				const older = found
					.flatMap((text) => (text === null ? [] : [parseSession(text)]))
					.filter((state) => state.status === "alive" && state.stamp < stamp);
				if (older.length > 0) return older.map(({ id }) => id);
			}
			return [];
		},

		/** Not needed: the keys expire. */
		sweep: () => Promise.resolve(),
	};
};
