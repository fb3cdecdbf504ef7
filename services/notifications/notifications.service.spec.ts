import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { Errors, type ServiceSchema } from "moleculer";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { call, type EventContract } from "@kernel/contract";
import type { CloudEvent } from "@kernel/cloud-event";
import { randomId } from "@kernel/ids";
import { reject } from "@kernel/rejection";
import type { Runtime } from "@config/runtime";
import { defineService } from "@mixins/service/define-service";
import { sqliteStore } from "@mixins/store/sqlite";
import { Auth, AuthEvents } from "@services/auth/auth.contract";
import { OrderEvents, Orders, type Order } from "@services/orders/orders.contract";
import { UserEvents, Users, type User } from "@services/users/users.contract";
import { parseMail, readMails } from "@tests/support/mail";
import { eventually, world, type World } from "@tests/support/world";
import { Notifications } from "./notifications.contract";
import { notifications } from "./notifications.service";
import { notifications as kind } from "./notifications.store";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});

const eur = (amount: number) => ({ amount, currency: "EUR" });
const SECRET = "tok3n-s3cr3t";
const UNKNOWN = "ord_unknown";
const SHIPMENT = "shp_1";

const order = (more: Partial<Order> = {}): Order => ({
	id: "ord_1",
	number: "1042",
	status: "confirmed",
	paymentStatus: "captured",
	fulfilmentStatus: "unfulfilled",
	cartId: "cart_1",
	currency: "EUR",
	customerId: null,
	email: "ana@example.com",
	shippingAddress: { name: "Ana García", line1: "Calle Mayor 1", city: "Madrid", postalCode: "28013", country: "ES" },
	billingAddress: null,
	shippingMethod: "standard",
	note: null,
	lines: [
		{
			id: "line_1",
			sku: "MUG-1",
			productId: "prod_1",
			variantId: "var_1",
			title: "Taza de barro",
			variantTitle: "Azul",
			imageUrl: null,
			quantity: 2,
			unitPrice: eur(1_000),
			total: eur(2_000),
			shippedQuantity: 0,
		},
	],
	taxIncluded: true,
	subtotal: eur(2_000),
	discountTotal: eur(0),
	shippingTotal: eur(490),
	taxTotal: eur(432),
	total: eur(2_490),
	refundedTotal: eur(0),
	payments: [],
	shipments: [
		{ id: SHIPMENT, status: "shipped", carrier: "Correos", trackingNumber: "PQ42", lines: [{ lineId: "line_1", quantity: 1 }] },
	],
	placedAt: "2026-03-01T10:00:00.000Z",
	updatedAt: "2026-03-01T10:00:00.000Z",
	version: 3,
	...more,
});

const user: User = {
	id: "usr_1",
	email: "bea@example.com",
	name: "Bea",
	locale: "en",
	role: "customer",
	emailVerified: false,
	disabled: false,
	createdAt: "2026-03-01T10:00:00.000Z",
	version: 1,
};

interface Others {
	readonly order?: () => Order;
	readonly locale?: string;
	readonly user?: User;
	/** Whether every request for a secret has expired. */
	readonly late?: boolean;
}

/** Stubs of the other services, which obey their contracts and return replies chosen by the test. */
const others = ({ order: theOrder = order, locale = "en", user: theUser = user, late = false }: Others) => [
	({ clock }: Runtime): ServiceSchema =>
		defineService(
			"orders",
			{ lookup: Orders.lookup },
			{ lookup: async ({ id }) => (id === UNKNOWN ? reject("ORDER_NOT_FOUND") : { order: theOrder(), locale }) },
			{ clock },
		),
	({ clock }: Runtime): ServiceSchema => defineService("users", { lookup: Users.lookup }, { lookup: async () => theUser }, { clock }),
	({ clock }: Runtime): ServiceSchema =>
		defineService(
			"auth",
			{ mailToken: Auth.mailToken },
			{ mailToken: async () => (late ? null : { token: SECRET, expiresInMinutes: 60 }) },
			{ clock },
		),
];

interface Start extends Others {
	readonly env?: Readonly<Record<string, string>>;
	readonly folder?: string;
	readonly clock?: () => number;
}

const shop = async ({ env, folder, clock, ...answers }: Start = {}) => {
	const made = await world([...others(answers), notifications], {
		...(env && { env }),
		...(folder !== undefined && { folder }),
		...(clock && { clock }),
	});
	closing.push(() => made.stop());
	return made;
};

const heard = ({ type }: EventContract, subject: string, data: object): CloudEvent => ({
	specversion: "1.0",
	id: randomId("evt", 0),
	source: "/test",
	type,
	subject,
	time: "2026-03-01T10:00:00.000Z",
	datacontenttype: "application/json",
	dataschema: type,
	sequence: 1,
	correlationid: "req_1",
	causationid: "req_1",
	data,
});
const confirmed = (orderId = "ord_1") => heard(OrderEvents.confirmed, orderId, { orderId });
const resetAsked = () => heard(AuthEvents.passwordResetRequested, "usr_1", { userId: "usr_1", requestId: "req_9" });
const registered = () => heard(UserEvents.registered, "usr_1", { userId: "usr_1" });

const listed = async ({ broker }: World) => (await call(broker, Notifications.list, {})).items;
const settled = (from: World, count = 1) =>
	eventually(async () => {
		const items = await listed(from);
		return items.length === count && items.every(({ status }) => status !== "queued") && items;
	}, "all is settled");

/** All stored data of one notification, including its events. */
const journal = async ({ folder }: World, id: string): Promise<string> => {
	const store = sqliteStore(join(folder, "tianguis.db"), true);
	const collection = store.collection(kind);
	await store.open();
	const history = await collection.history(id);
	await store.close();
	return JSON.stringify(history);
};

const mails = ({ folder }: World) => readMails(join(folder, "mail"));

const mailServer = async (options: SMTPServerOptions = {}) => {
	const arrived: string[] = [];
	const smtp = new SMTPServer({
		authOptional: true,
		disableReverseLookup: true,
		disabledCommands: ["STARTTLS"],
		onData: (stream, _session, done) => {
			buffer(stream).then((raw) => {
				arrived.push(parseMail(raw).headers.get("message-id")?.[0] ?? "");
				done();
			}, done);
		},
		...options,
	});
	smtp.on("error", () => undefined);
	await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
	let closed = false;
	const close = async (): Promise<void> => {
		if (!closed) await new Promise<void>((resolve) => smtp.close(resolve));
		closed = true;
	};
	closing.push(close);
	return { url: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`, arrived, close };
};

test.each([
	["order-confirmation", confirmed(), "ana@example.com", "1042"],
	["shipment", heard(OrderEvents.shipped, "ord_1", { orderId: "ord_1", shipmentId: SHIPMENT }), "ana@example.com", "PQ42"],
	["refund", heard(OrderEvents.refunded, "ord_1", { orderId: "ord_1", refundId: "ref_1", amount: eur(500) }), "ana@example.com", "€5.00"],
	["order-cancelled", heard(OrderEvents.cancelled, "ord_1", { orderId: "ord_1", reason: "paymentExpired" }), "ana@example.com", "1042"],
	["password-reset", resetAsked(), "bea@example.com", SECRET],
	["email-verification", registered(), "bea@example.com", SECRET],
	["account-exists", heard(UserEvents.registrationRepeated, "usr_1", { userId: "usr_1" }), "bea@example.com", "Bea"],
])("%s sends one mail for a repeated event", async (template, event, to, text) => {
	const here = await shop();
	await here.runtime.bus.publish([event]);
	await settled(here);
	await here.runtime.bus.publish([event]);
	const [item] = await settled(here);
	expect(item).toMatchObject({ template, channel: "email", status: "sent", attempts: 1, to: `${to[0]}***@example.com`, error: null });
	const written = mails(here);
	expect(written).toHaveLength(1);
	expect(written[0]?.headers.get("to")).toEqual([to]);
	expect(written[0]?.text).toContain(text);
});

test("a note of staff is not disclosed to the shopper", async () => {
	const here = await shop();
	await here.runtime.bus.publish([heard(OrderEvents.cancelled, "ord_1", { orderId: "ord_1", reason: "smells of fraud" })]);
	const [item] = await settled(here);
	expect(mails(here)[0]?.text).not.toContain("fraud");
	expect(await journal(here, item!.id)).not.toContain("fraud");
});

test.each(["paymentDeclined", "outOfStock"])("a checkout that ended with %s sends no mail", async (reason) => {
	const here = await shop();
	await here.runtime.bus.publish([heard(OrderEvents.cancelled, "ord_1", { orderId: "ord_1", reason })]);
	expect(await listed(here)).toEqual([]);
});

test("an order mail uses the language of the order", async () => {
	const here = await shop({ locale: "es" });
	await here.runtime.bus.publish([confirmed()]);
	await settled(here);
	expect(mails(here)[0]?.headers.get("content-language")).toEqual(["es"]);
	expect(mails(here)[0]?.text).toContain("Envío");
});

test("an account mail uses the language of the user", async () => {
	const here = await shop({ user: { ...user, locale: "es" } });
	await here.runtime.bus.publish([registered(), resetAsked()]);
	await settled(here, 2);
	for (const { headers, text } of mails(here)) {
		expect(headers.get("content-language")).toEqual(["es"]);
		expect(text).toContain("Hola, Bea");
	}
});

test("a secret is sent as a link if PUBLIC_URL is set, and is never stored", async () => {
	const here = await shop({ env: { PUBLIC_URL: "https://shop.example/" } });
	await here.runtime.bus.publish([resetAsked(), registered()]);
	const items = await settled(here, 2);
	const texts = mails(here).map(({ text }) => text);
	expect(texts.some((text) => text.includes(`https://shop.example/password/reset?token=${SECRET}`))).toBe(true);
	expect(texts.some((text) => text.includes(`https://shop.example/email/verify?token=${SECRET}`))).toBe(true);
	const histories = (await Promise.all(items.map(({ id }) => journal(here, id)))).join();
	expect(histories).toContain("password-reset");
	expect(histories).not.toContain(SECRET);
	expect(histories).not.toContain("bea@example.com");
	expect(histories).not.toContain("Bea");
});

test("no verification mail is sent for a verified address", async () => {
	const here = await shop({ user: { ...user, emailVerified: true } });
	await here.runtime.bus.publish([registered()]);
	expect(await settled(here)).toMatchObject([{ status: "skipped", to: null }]);
});

test("an expired password reset is skipped", async () => {
	const here = await shop({ late: true });
	await here.runtime.bus.publish([resetAsked()]);
	expect(await settled(here)).toMatchObject([{ status: "skipped", to: null }]);
});

test("a notification about an unknown order fails at once", async () => {
	const here = await shop();
	await here.runtime.bus.publish([confirmed(UNKNOWN)]);
	expect(await settled(here)).toMatchObject([{ status: "failed", attempts: 1, about: UNKNOWN }]);
});

test("a shipment is also announced by SMS if there is a phone number", async () => {
	const withPhone = order({ shippingAddress: { ...order().shippingAddress!, phone: "+34 600 123 456" } });
	const here = await shop({ order: () => withPhone });
	const shipped = heard(OrderEvents.shipped, "ord_1", { orderId: "ord_1", shipmentId: SHIPMENT });
	await here.runtime.bus.publish([shipped]);
	await here.runtime.bus.publish([shipped, confirmed()]);
	const items = await settled(here, 3);
	const sent = items.map(({ template, channel, status, to }) => [template, channel, status, to].join(" "));
	expect(sent.sort()).toEqual([
		"order-confirmation email sent a***@example.com",
		"shipment email sent a***@example.com",
		"shipment sms sent ***56",
	]);
});

describe("a mail that cannot be sent", () => {
	let now = 0;
	const clock = () => now;
	beforeEach(() => {
		now = Date.parse("2026-03-01T10:00:00Z");
	});

	test("is retried after a 451 reply and arrives once", async () => {
		let busy = true;
		const { url, arrived } = await mailServer({
			onRcptTo: (_address, _session, done) => done(busy ? Object.assign(new Error("later"), { responseCode: 451 }) : null),
		});
		const here = await shop({ env: { SMTP_URL: url }, clock });
		await here.runtime.bus.publish([confirmed()]);
		const waiting = await eventually(async () => (await listed(here)).find(({ error }) => error !== null), "the first attempt fails");
		expect(waiting).toMatchObject({ status: "queued", attempts: 1, error: expect.stringContaining("451") as string });
		expect(Date.parse(waiting.nextAttemptAt ?? "")).toBeGreaterThan(now);
		busy = false;
		now = Date.parse(waiting.nextAttemptAt ?? "");
		expect(await settled(here)).toMatchObject([{ status: "sent", attempts: 2 }]);
		expect(arrived).toEqual([`<${waiting.id}@tianguis.example>`]);
	});

	test("is retried while the server is down, also after a restart", async () => {
		const { url, close } = await mailServer();
		await close();
		const first = await shop({ env: { SMTP_URL: url }, clock });
		await first.runtime.bus.publish([confirmed()]);
		await eventually(async () => (await listed(first)).some(({ error }) => error !== null), "the first attempt fails");
		await first.pause();
		closing.pop();
		const { url: again, arrived } = await mailServer();
		now += 3_600_000;
		const second = await shop({ env: { SMTP_URL: again }, clock, folder: first.folder });
		expect(await settled(second)).toMatchObject([{ status: "sent", attempts: 2 }]);
		expect(arrived).toHaveLength(1);
	});

	test("fails at once after a 550 reply", async () => {
		const { url, arrived } = await mailServer({
			onRcptTo: (_address, _session, done) => done(Object.assign(new Error("no such user"), { responseCode: 550 })),
		});
		const here = await shop({ env: { SMTP_URL: url }, clock });
		await here.runtime.bus.publish([confirmed()]);
		expect(await settled(here)).toMatchObject([{ status: "failed", attempts: 1, nextAttemptAt: null }]);
		expect(arrived).toEqual([]);
	});

	test("is retried while another service is unavailable", async () => {
		let broken = true;
		const here = await shop({
			clock,
			order: () => {
				if (broken) throw new Errors.MoleculerError("ana@example.com is in the message", 500, "BROKEN");
				return order();
			},
		});
		await here.runtime.bus.publish([confirmed()]);
		const waiting = await eventually(async () => (await listed(here)).find(({ error }) => error !== null), "the first attempt fails");
		expect(waiting).toMatchObject({ status: "queued", error: "BROKEN" });
		broken = false;
		now = Date.parse(waiting.nextAttemptAt ?? "");
		expect(await settled(here)).toMatchObject([{ status: "sent", attempts: 2 }]);
	});
});

test("after a crash between sending and commit, the mail is sent again with the same Message-ID", async () => {
	const taken: string[] = [];
	let answer = (): void => undefined;
	const { url } = await mailServer({
		onData: (stream, _session, done) => {
			answer = () => done();
			void buffer(stream).then((raw) => taken.push(parseMail(raw).headers.get("message-id")?.[0] ?? ""));
		},
	});
	const first = await shop({ env: { SMTP_URL: url } });
	await first.runtime.bus.publish([confirmed()]);
	await eventually(() => taken.length === 1, "the server received the mail");
	await first.pause(); // stops waiting for the server's reply, as after a crash
	closing.pop();
	const { url: again, arrived } = await mailServer();
	const second = await shop({ env: { SMTP_URL: again }, folder: first.folder });
	expect(await settled(second)).toMatchObject([{ status: "sent", attempts: 2 }]);
	expect(arrived).toEqual(taken);
	answer(); // lets the connection of the first process close
}, 20_000);

describe("the list", () => {
	test("is paginated, newest first, and filtered by status", async () => {
		let now = 1_000;
		const here = await shop({ clock: () => now });
		for (const orderId of ["ord_1", "ord_2", UNKNOWN, "ord_4", "ord_5"]) {
			now += 1_000;
			await here.runtime.bus.publish([confirmed(orderId)]);
		}
		await settled(here, 5);
		const first = await call(here.broker, Notifications.list, { limit: 3 });
		const second = await call(here.broker, Notifications.list, { limit: 3, cursor: first.nextCursor ?? "" });
		expect([...first.items, ...second.items].map(({ about }) => about)).toEqual(["ord_5", "ord_4", UNKNOWN, "ord_2", "ord_1"]);
		expect(second.nextCursor).toBeNull();
		expect((await call(here.broker, Notifications.list, { status: "failed" })).items).toMatchObject([{ about: UNKNOWN }]);
	});

	test("rejects an invalid cursor", async () => {
		const here = await shop();
		await expect(call(here.broker, Notifications.list, { cursor: "bm9uZQ" })).rejects.toMatchObject({ type: "VALIDATION_FAILED" });
	});
});
