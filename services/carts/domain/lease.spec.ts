import { cart, type Cart, type Checkout } from "./cart";
import { isCheckoutDue } from "./lease";

const frozen: Cart = { ...cart.initial("cart_1"), status: "checkingOut", checkout: { startedAt: 100_000 } as Checkout };

test("a checkout becomes due after 6 s", () => {
	expect([isCheckoutDue(frozen, 105_999), isCheckoutDue(frozen, 106_000)]).toEqual([false, true]);
});

test("a cart without a checkout is never due", () => {
	expect(isCheckoutDue(cart.initial("cart_1"), Number.MAX_SAFE_INTEGER)).toBe(false);
});
