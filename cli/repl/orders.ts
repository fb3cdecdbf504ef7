import type { Program } from "@config/program";
import { call } from "@kernel/contract";
import { operatorCaller } from "@mixins/service/operator-caller";
import { formatMajor, decimalsOf, type Money } from "@kernel/money";
import { Inventory } from "@services/inventory/inventory.contract";
import { Orders, type Order } from "@services/orders/orders.contract";
import { printLines, requiredArgument, type OperatorCommand } from "./support";

const price = ({ amount, currency }: Money): string => `${formatMajor(amount, decimalsOf(currency))} ${currency}`;

/** An order in one line. */
export const line = ({ number, id, status, paymentStatus, fulfilmentStatus, total, placedAt }: Order): string =>
	[
		number.padEnd(8),
		id,
		status.padEnd(9),
		paymentStatus.padEnd(18),
		fulfilmentStatus.padEnd(16),
		price(total).padStart(14),
		placedAt,
	].join("  ");

const FILTERS = ["status", "paymentStatus", "fulfilmentStatus", "email", "number", "placedFrom", "placedTo", "limit"] as const;

const find = (program: Program, options: Readonly<Record<string, unknown>>) => {
	const filters = Object.fromEntries(
		FILTERS.flatMap((name) => {
			const given = options[name];
			if (typeof given !== "string" && typeof given !== "number") return [];
			return [[name, name === "limit" ? Number(given) : String(given)]];
		}),
	);
	return call(operatorCaller(program.broker), Orders.list, filters);
};

const explain = async (program: Program, id: string): Promise<string[]> => {
	const caller = operatorCaller(program.broker);
	const order = id.startsWith("ord_") ? await call(caller, Orders.read, { id }) : await byNumber(program, id);
	const levels = await call(caller, Inventory.levels, { skus: [...new Set(order.lines.map(({ sku }) => sku))] });
	return [
		line(order),
		...(order.cancelReason ? [`  cancelled: ${order.cancelReason}`] : []),
		"  lines",
		...order.lines.map(
			({ sku, title, quantity, shippedQuantity, total }) =>
				`    ${sku}  ${title}  ${quantity} bought, ${shippedQuantity} shipped  ${price(total)}`,
		),
		"  payments",
		...order.payments.map(
			({ id, provider, status, amount, capturedAmount, refundedAmount }) =>
				`    ${id}  ${provider}  ${status}  ${price(amount)}, captured ${price(capturedAmount)}, refunded ${price(refundedAmount)}`,
		),
		"  stock now",
		...levels.map(
			({ sku, onHand, reserved, allocated, available }) =>
				`    ${sku}  on hand ${onHand}, reserved ${reserved}, allocated ${allocated}, available ${available}`,
		),
		"  timeline",
		...(order.timeline ?? []).map(({ at, type, actor, data }) => `    ${at}  ${type.padEnd(24)}  ${actor}  ${JSON.stringify(data)}`),
	];
};

/** The state of the order at a moment, without later commits. */
const asOf = async (program: Program, id: string, time: string): Promise<string[]> => {
	const at = Date.parse(time);
	if (Number.isNaN(at)) throw new Error(`${time} is not a valid time; use the form 2026-01-31T12:00:00Z`);
	const orderId = id.startsWith("ord_") ? id : (await byNumber(program, id)).id;
	const order = await call(operatorCaller(program.broker), Orders.at, { id: orderId, at });
	return [
		line(order),
		...order.lines.map(({ sku, quantity, shippedQuantity }) => `    ${sku}  ${quantity} bought, ${shippedQuantity} shipped`),
		...order.payments.map(({ id: payment, status, capturedAmount, refundedAmount }) =>
			[`    ${payment}`, status, `captured ${price(capturedAmount)}`, `refunded ${price(refundedAmount)}`].join("  "),
		),
		...order.shipments.map(({ id: shipment, status, carrier, trackingNumber }) =>
			[`    ${shipment}`, status, carrier, trackingNumber].join("  "),
		),
	];
};

const byNumber = async (program: Program, number: string): Promise<Order> => {
	const { items } = await call(operatorCaller(program.broker), Orders.list, { number, limit: 1 });
	const [found] = items;
	if (!found) throw new Error(`order not found: ${number}`);
	return call(operatorCaller(program.broker), Orders.read, { id: found.id });
};

export const orderCommands = (program: () => Program): OperatorCommand[] => [
	{
		command: "orders <what>",
		description: "orders find: the newest first",
		options: FILTERS.map((name) => ({ option: `--${name} <value>`, description: `only those of this ${name}` })),
		action: (_, { what, options }) =>
			printLines(async () => {
				if (what !== "find") throw new Error("usage: orders find");
				const { items, total } = await find(program(), options);
				return [...items.map(line), `${items.length} of ${total ?? items.length}`];
			}),
	},
	{
		command: "order <what> [id] [time]",
		description: "order explain ID or NUMBER: its state, timeline, payments, stock and events; order at ID TIME: as it was then",
		action: (_, { what, id, time }) =>
			printLines(() => {
				const named = requiredArgument(id, "an order's id or number");
				if (what === "explain") return explain(program(), named);
				if (what !== "at") throw new Error("usage: order explain ID | order at ID TIME");
				return asOf(program(), named, requiredArgument(time, "a time such as 2026-01-31T12:00:00Z"));
			}),
	},
];
