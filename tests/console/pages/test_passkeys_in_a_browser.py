"""A passkey as a browser makes and shows it: what Chromium answers is what the console takes."""

from playwright.sync_api import Browser

from rtk.console.people.models import User
from tests.console.live import Live
from tests.console.pages.browser import context

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_it_is_added_and_signs_in_by_itself(site: Live, browser: Browser) -> None:
    here = site.url.replace("127.0.0.1", "localhost")  # an address is no relying party
    user: User = site.world.member
    with context(browser, here, user) as made:
        page = made.new_page()
        devices = made.new_cdp_session(page)
        devices.send("WebAuthn.enable")
        devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        page.goto(f"{here}/accounts/2fa/webauthn/add/")
        page.check("[name=passwordless]")
        page.locator("main form button").last.click()
        page.wait_for_url("**/recovery-codes/**")
        for _ in range(2):  # it counts, and the second time is more than the first
            made.clear_cookies()
            page.goto(f"{here}/accounts/login/")
            page.get_by_role("button", name="passkey").click()
            page.wait_for_url(lambda url: "/accounts/" not in url)
        page.goto(f"{here}/profile")
        assert user.email in page.content()
