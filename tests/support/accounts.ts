import type { Log } from "@config/runtime";
import type { Principal } from "@kernel/access";
import type { ActionContract, DataOf, EventContract, ParamsOf, ReplyOf } from "@kernel/contract";
import { subscription } from "@mixins/events/event-bus";
import { defineService } from "@mixins/service/define-service";
import { Auth, AuthEvents } from "@services/auth/auth.contract";
import { auth } from "@services/auth/auth.service";
import { Carts } from "@services/carts/carts.contract";
import { Orders } from "@services/orders/orders.contract";
import { UserEvents, Users, type User } from "@services/users/users.contract";
import { users } from "@services/users/users.service";
import { eventually, world, type World } from "./world";

export const PASSWORD = "plum-cactus-violin";
export const NOW = 1_800_000_000_000;

interface Fact {
	readonly type: string;
	readonly data: Readonly<Record<string, unknown>>;
}

interface Meta {
	readonly principal?: Principal;
	readonly expected?: number;
	readonly seed?: string;
	readonly locale?: string;
}

export interface Accounts extends World {
	/** The current time; a test advances it. */
	readonly time: { now: number };
	/** Published events in order of arrival. */
	readonly facts: readonly Fact[];
	/** Users whose carts were removed. */
	readonly forgotten: readonly string[];
	/** Whether carts and orders respond. */
	others: boolean;
	ask<A extends ActionContract>(action: A, params: ParamsOf<A>, meta?: Meta): Promise<ReplyOf<A>>;
	/** The rejection code of a call. */
	refusal<A extends ActionContract>(action: A, params: ParamsOf<A>, meta?: Meta): Promise<string>;
	/** Registers a user and returns it. */
	register(email: string, password?: string): Promise<User>;
	fact<E extends EventContract>(event: E, about?: Readonly<Record<string, unknown>>): Promise<DataOf<E>>;
}

export const asUser = ({ id, role }: User): Meta => ({ principal: { kind: "user", id, role } });

const EVENTS: readonly EventContract[] = [...Object.values(UserEvents), ...Object.values(AuthEvents)];

/** The real users and auth services, with stand-ins for carts and orders. */
export const accounts = async (options: { env?: Readonly<Record<string, string>>; log?: Log; folder?: string } = {}): Promise<Accounts> => {
	const time = { now: NOW };
	const clock = () => time.now;
	const facts: Fact[] = [];
	const forgotten: string[] = [];
	const state = { others: true };
	const there = (): void => {
		if (!state.others) throw new Error("not there");
	};
	const carts = () =>
		defineService(
			"carts",
			{ ofCustomer: Carts.ofCustomer, forget: Carts.forget },
			{
				ofCustomer: async () => {
					there();
					return null;
				},
				forget: async ({ userId }) => {
					there();
					forgotten.push(userId);
					return {};
				},
			},
			{ clock },
		);
	const orders = () =>
		defineService(
			"orders",
			{ ofCustomer: Orders.ofCustomer },
			{
				ofCustomer: async () => {
					there();
					return [];
				},
			},
			{ clock },
		);
	const made = await world([carts, orders, users, auth], { ...options, events: EVENTS, clock });
	for (const event of EVENTS) {
		await made.runtime.bus.subscribe(
			subscription({
				name: `test.${event.type}`,
				event,
				handle: async ({ type, data }) => {
					facts.push({ type, data: data as Fact["data"] });
				},
			}),
		);
	}

	const ask: Accounts["ask"] = (action, params, meta = {}) => made.broker.call(action.name, params, { meta });
	return {
		...made,
		time,
		facts,
		forgotten,
		get others() {
			return state.others;
		},
		set others(there) {
			state.others = there;
		},
		ask,
		refusal: (action, params, meta) =>
			ask(action, params, meta).then(
				() => "none",
				(cause: unknown) => (cause as { type?: string }).type ?? String(cause),
			),
		async register(email, password = PASSWORD) {
			await ask(Auth.register, { email, password, name: "Ana López" });
			const user = await ask(Users.lookupByEmail, { email });
			if (!user) throw new Error(`${email} has no account`);
			return user;
		},
		fact: (event, about = {}) =>
			eventually(() => {
				const found = facts.findLast(
					({ type, data }) => type === event.type && Object.entries(about).every(([key, value]) => data[key] === value),
				);
				return found?.data;
			}, event.type),
	};
};
