import { Type } from "@sinclair/typebox";
import { addressErrors } from "@kernel/addresses";
import { tryCall, call } from "@kernel/contract";
import type { FieldError } from "@kernel/errors";
import { derivedId, randomId } from "@kernel/ids";
import { isCurrency } from "@kernel/money";
import { isRejection, reject } from "@kernel/rejection";
import type { Address } from "@kernel/schemas";
import { decodeCursor, encodeCursor, invalidCursor } from "@mixins/service/cursor";
import type { Request } from "@mixins/service/request";
import type { Handlers } from "@mixins/service/define-service";
import { Products } from "@services/products/products.contract";
import { Users } from "@services/users/users.contract";
import type { Carts } from "./carts.contract";
import { toOfferSnapshot, type Details } from "./domain/cart";
import { quotesFor, showCart } from "./pricing";
import { attemptOn, guardOf, canAccess, cartSnapshot, type CartSnapshot, type CartsContext } from "./context";

/** Number of characters of a request's seed that identify the request within one cart. */
const MARK_LENGTH = 16;

const Place = Type.Object({ id: Type.String() });

const invalid = (...errors: FieldError[]) => reject("VALIDATION_FAILED", { errors });

/** The cart, if the request may access it. */
const find = async ({ actors }: CartsContext, cartId: string, { principal }: Request): Promise<CartSnapshot | undefined> => {
	const found = await actors.read(cartId, cartSnapshot);
	return found && canAccess(principal, found.state) ? found : undefined;
};

/** The account's e-mail address, which prefills a customer's cart; null for guests. */
export const emailOf = async ({ caller, principal }: Request): Promise<string | null> => {
	if (principal.kind !== "user") return null;
	const user = await tryCall(caller, Users.lookup, { userId: principal.id });
	return isRejection(user) ? null : user.email;
};

type Patch = { -readonly [K in keyof Details]?: Details[K] };

const trimmed = (address: Address): Address =>
	Object.fromEntries(
		Object.entries(address).map(([key, value]) => [key, typeof value === "string" ? value.trim() : value]),
	) as unknown as Address;

const setQuantity = async ({ actors }: CartsContext, cartId: string, lineId: string, quantity: number, request: Request) => {
	const guard = guardOf(request.principal);
	const outcome = await actors.sendExpecting(cartId, "changeLine", { lineId, quantity, at: request.now }, cartSnapshot, {
		...request,
		guard,
	});
	return isRejection(outcome) ? outcome : showCart(quotesFor(request.caller), outcome);
};

export const cartActions = (context: CartsContext, shopCurrency: string) =>
	({
		create: async ({ currency = shopCurrency }, request) => {
			if (!isCurrency(currency)) return invalid({ path: "/currency", message: "must be an ISO 4217 currency code" });
			const { principal, caller, cause, now, locale, seed } = request;
			const id = seed === undefined ? randomId("cart", now) : derivedId("cart", seed);
			const customerId = principal.kind === "user" ? principal.id : null;
			const email = await emailOf(request);
			const created = await context.actors.create(
				id,
				"create",
				{ currency, customerId, email, locale, at: now },
				cartSnapshot,
				cause,
			);
			return showCart(quotesFor(caller), created);
		},

		view: async ({ cartId }, request) => {
			const found = await find(context, cartId, request);
			return found ? showCart(quotesFor(request.caller), found) : reject("CART_NOT_FOUND");
		},

		update: async ({ cartId, ...patch }, request) => {
			const errors = [
				...(patch.shippingAddress ? addressErrors(patch.shippingAddress, "/shippingAddress") : []),
				...(patch.billingAddress ? addressErrors(patch.billingAddress, "/billingAddress") : []),
			];
			const { caller, principal, now } = request;
			const quotes = quotesFor(caller);
			const given: Patch = {
				...patch,
				...(patch.shippingAddress && { shippingAddress: trimmed(patch.shippingAddress) }),
				...(patch.billingAddress && { billingAddress: trimmed(patch.billingAddress) }),
			};
			const outcome = await attemptOn(context, cartId, principal, async ({ state }) => {
				if (errors.length > 0) return invalid(...errors);
				const details = { ...given };
				const after = { ...state, ...details };
				if (after.shippingMethod !== null && (patch.shippingMethod !== undefined || patch.shippingAddress)) {
					const offered = await (after.lines.length === 0 ? quotes.quoteOfNothing(after) : quotes.quote(after));
					const known = offered.some(({ id }) => id === after.shippingMethod);
					if (!known && patch.shippingMethod)
						return invalid({ path: "/shippingMethod", message: "is not a shipping method available for this cart" });
					if (!known) details.shippingMethod = null; // the method does not serve the new address
				}
				const guard = guardOf(principal);
				return context.actors.sendExpecting(cartId, "changeDetails", { details, at: now }, cartSnapshot, { ...request, guard });
			});
			return isRejection(outcome) ? outcome : showCart(quotes, outcome);
		},

		addLine: async ({ cartId, sku, quantity }, request) => {
			const { caller, principal, now, seed } = request;
			const [offer] = await call(caller, Products.offers, { skus: [sku] });
			if (!offer?.forSale) {
				const found = await find(context, cartId, request);
				return reject(!found ? "CART_NOT_FOUND" : offer ? "NOT_FOR_SALE" : "SKU_NOT_FOUND");
			}
			const { amount, currency } = offer.unitPrice;
			const by = seed === undefined ? {} : { by: seed.slice(0, MARK_LENGTH) };
			const goods = toOfferSnapshot({ ...offer, unitPrice: amount });
			const command = { lineId: derivedId("line", cartId, sku), goods, currency, quantity, ...by, at: now };
			const outcome = await context.actors.sendExpecting(cartId, "addLine", command, cartSnapshot, {
				...request,
				guard: guardOf(principal),
			});
			return isRejection(outcome) ? outcome : showCart(quotesFor(caller), outcome);
		},

		changeLine: ({ cartId, lineId, quantity }, request) => setQuantity(context, cartId, lineId, quantity, request),

		removeLine: ({ cartId, lineId }, request) => setQuantity(context, cartId, lineId, 0, request),

		shippingOptions: async ({ cartId, limit = 20, cursor }, request) => {
			const found = await find(context, cartId, request);
			if (!found) return reject("CART_NOT_FOUND");
			const after = cursor === undefined ? undefined : decodeCursor(cursor, Place);
			if (cursor !== undefined && !after) return invalidCursor();
			const options = await quotesFor(request.caller).quote(found.state);
			const start = after ? options.findIndex(({ id }) => id === after.id) + 1 : 0;
			const items = options.slice(start, start + limit);
			const last = start + limit < options.length ? items.at(-1) : undefined;
			return { items, nextCursor: last ? encodeCursor({ id: last.id }) : null };
		},
	}) satisfies Partial<Handlers<typeof Carts>>;
