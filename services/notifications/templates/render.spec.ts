import { eur, HOSTILE, hostile, link, SAMPLES } from "@tests/support/mail-contents";
import { TEMPLATES, type Contents, type NotificationContent, type Template } from "../domain/message-content";
import { LOCALES, type Locale } from "@kernel/locales";
import { render, renderSms } from "./render";

const SHOP = { name: "Tianguis" };
const content = <T extends Template>(template: T, more: Partial<Contents[T]> = {}): NotificationContent =>
	({ template, data: { ...SAMPLES[template], ...more } }) as unknown as NotificationContent;
const shown = <T extends Template>(template: T, locale: Locale, more: Partial<Contents[T]> = {}) =>
	render(content(template, more), locale, SHOP);

const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, " ");
const everywhere = TEMPLATES.flatMap((template) => LOCALES.map((locale) => [template, locale] as const));

/** Texts that both forms must contain. */
const SAYS: Readonly<Record<Template, Readonly<Record<Locale, readonly string[]>>>> = {
	"order-confirmation": {
		en: [
			"1042",
			"November 24, 2026",
			"Talavera mug",
			"Blue",
			"€39.98",
			"-€10.00",
			"€4.90",
			"€1,269.38",
			"Includes €220.31 tax",
			"Ana García",
			"28013 Madrid",
			"Spain",
		],
		es: [
			"1042",
			"24 de noviembre de 2026",
			"Talavera mug",
			"Blue",
			"39,98 €",
			"-10,00 €",
			"4,90 €",
			"1269,38 €",
			"Incluye 220,31 € de impuestos",
			"Ana García",
			"28013 Madrid",
			"España",
		],
	},
	shipment: { en: ["1042", "Correos", "PQ4F6R", "Talavera mug", "Blue"], es: ["1042", "Correos", "PQ4F6R", "Talavera mug", "Blue"] },
	refund: { en: ["1042", "€39.98"], es: ["1042", "39,98 €"] },
	"order-cancelled": { en: ["1042", "no longer in stock"], es: ["1042", "ya no está disponible"] },
	"password-reset": { en: ["Hello Ana,", "1 hour"], es: ["Hola, Ana:", "1 hora"] },
	"email-verification": { en: ["Hello Ana,"], es: ["Hola, Ana:"] },
	"account-exists": { en: ["Hello Ana,"], es: ["Hola, Ana:"] },
};

test.each(everywhere)("%s in %s contains all facts in both forms", (template, locale) => {
	const { subject, html, text } = shown(template, locale);
	for (const said of SAYS[template][locale]) {
		expect(plain(html)).toContain(said);
		expect(plain(text)).toContain(said);
	}
	expect(subject).not.toBe("");
	expect(html).toContain(`<html lang="${locale}">`);
	expect(text).not.toMatch(/<[a-z/]|&[a-z#0-9]+;|\n{3}|\{\{|undefined|\[object/);
	expect(html).not.toMatch(/\{\{|undefined|\[object/);
});

test.each(everywhere)("%s in %s contains no external resources and no scripts", (template, locale) => {
	expect(shown(template, locale).html).not.toMatch(/<(img|script|link|style|iframe|object|form)\b|\bsrc=|url\(|\bon[a-z]+=/i);
});

/** The markup without its text. */
const skeleton = (html: string): string[] => html.match(/<[^>]*>/g) ?? [];

test.each(everywhere)("%s in %s keeps its markup with hostile data", (template, locale) => {
	const reason = template === "order-cancelled" ? { reason: "outOfStock" } : {};
	const { subject, html, text } = render(
		{ template, data: { ...(hostile(SAMPLES[template]) as object), ...reason } } as NotificationContent,
		locale,
		{ name: HOSTILE },
	);
	expect(skeleton(html)).toEqual(skeleton(shown(template, locale).html));
	expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}");
	expect(text).toContain("<script>alert(1)</script>{{7*7}} Bcc:");
	expect(text).not.toMatch(/^Bcc:/m);
	expect(subject).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
	expect(subject.length).toBeLessThanOrEqual(150);
});

test("the token is shown instead of an invalid link", () => {
	for (const bad of ["javascript:alert(1)", null]) {
		for (const template of ["password-reset", "email-verification"] as const) {
			const { html, text } = shown(template, "en", { link: bad });
			expect(html).not.toContain("<a ");
			expect(html).toContain("secret-token");
			expect(text).toContain("\nsecret-token\n");
		}
	}
	expect(shown("order-confirmation", "en", { orderUrl: "javascript:alert(1)" }).html).not.toContain("<a ");
});

test("a link is shown as a button and as text, and the token appears only in the link", () => {
	const { html, text } = shown("password-reset", "en");
	expect(html).toContain('<a href="https://shop.example/account?token&#x3D;abc&amp;x&#x3D;1"');
	expect(text).toContain(`\n${link}\n`);
	expect(html + text).not.toContain("secret-token");
});

test("a name that could be an advertisement is omitted", () => {
	const { html, text } = shown("email-verification", "en", { name: "win at https://evil.example" });
	expect(html + text).not.toContain("evil");
	expect(text).toContain("Hello,");
});

test("amounts of 0 have no row, and additional tax has one", () => {
	const { text } = shown("order-confirmation", "en", {
		discountTotal: eur(0),
		shippingTotal: eur(0),
		taxIncluded: false,
		taxTotal: eur(100),
	});
	expect(text).not.toMatch(/Discount|Includes/);
	expect(text).toMatch(/Shipping: free\nTax: €1.00\nTotal:/);
	expect(shown("order-confirmation", "en", { taxTotal: eur(0) }).text).not.toMatch(/tax/i);
});

test("a mail about an order without shipping does not mention shipping", () => {
	const { text, html } = shown("order-confirmation", "en", { shippingAddress: null, shippingTotal: eur(0), orderUrl: null });
	expect(text + html).not.toMatch(/\bship(s|ping|ment)\b/i);
});

test("an internal cancellation reason is not disclosed", () => {
	for (const reason of ["customer is a known fraud", "constructor", "requestedByStaff"]) {
		const { html, text } = shown("order-cancelled", "en", { reason });
		expect(html + text).not.toContain(reason);
		expect(text).toContain("has been cancelled");
	}
});

test("the only variant of a product is not mentioned", () => {
	expect(shown("order-confirmation", "en").text).toContain("1 × Oilcloth bag: ");
});

test.each([
	["order-confirmation", ["orderNumber", "placedAt", "lines", "subtotal", "total"]],
	["shipment", ["orderNumber", "carrier", "trackingNumber", "lines"]],
	["refund", ["orderNumber", "amount"]],
	["order-cancelled", ["orderNumber"]],
	["password-reset", ["name", "token", "expiresInMinutes"]],
	["email-verification", ["name", "token"]],
	["account-exists", ["name"]],
] as const)("missing data throws: %s", (template, needed) => {
	for (const key of needed) {
		const data = Object.fromEntries(Object.entries({ ...SAMPLES[template], link: null }).filter(([name]) => name !== key));
		expect(() => render({ template, data } as unknown as NotificationContent, "en", SHOP)).toThrow();
	}
});

test.each(["title", "quantity"])("a line without %s throws", (key) => {
	const line = Object.fromEntries(Object.entries({ title: "Mug", quantity: 1 }).filter(([name]) => name !== key));
	expect(() =>
		render({ template: "shipment", data: { ...SAMPLES.shipment, lines: [line] } } as unknown as NotificationContent, "en", SHOP),
	).toThrow();
});

test("only shipments have an SMS text, which is one line", () => {
	expect(renderSms(content("shipment"), "es", SHOP)).toBe(
		"Tianguis: tu pedido 1042 está en camino con Correos, número de seguimiento PQ4F6R.",
	);
	expect(renderSms({ template: "shipment", data: hostile(SAMPLES.shipment) } as NotificationContent, "en", SHOP)).not.toMatch(/\p{Cc}/u);
	for (const template of TEMPLATES.filter((name) => name !== "shipment"))
		expect(renderSms(content(template), "en", SHOP)).toBeUndefined();
});
