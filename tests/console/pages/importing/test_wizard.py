"""The wizard in a real browser: a file is dropped, what was found is seen, a line changes live, all is made."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from rtk.console.store.models import Verification
from tests.console.live import Live
from tests.console.pages.browser import Screen

TUTORIAL = Path(__file__).parents[3] / "tutorial" / "experiment-ec2-responds-processor-load.json"
DROPPED = """([text, name]) => {
  const dropped = new DataTransfer();
  dropped.items.add(new File([text], name, { type: "application/json" }));
  const zone = document.querySelector("[data-drop]");
  zone.dispatchEvent(new DragEvent("dragover", { dataTransfer: dropped, bubbles: true, cancelable: true }));
  zone.dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
}"""

SLOWLY = """() => {
  const asked = window.fetch;
  window.fetch = async (...what) => {
    const answer = await asked(...what);
    await new Promise((go) => setTimeout(go, 500));
    return answer;
  };
}"""


def drop(page: Page, text: str, name: str = TUTORIAL.name) -> None:
    """Let go of a file over the page's zone."""
    page.evaluate(DROPPED, [text, name])


def test_a_file_is_dropped_looked_at_and_becomes_a_verification(site: Live, screen: Screen) -> None:
    page = screen.open("/acme/shop/import")
    expect(page.get_by_text("Waits for an experiment: choose one in step 1.")).to_have_count(3)

    drop(page, '{"title": "no experiment",}')
    expect(page.get_by_role("alert").filter(has_text="This cannot be imported")).to_contain_text("line 1 column")
    expect(page.get_by_label("Or paste it")).to_have_value('{"title": "no experiment",}')
    screen.expect("422")

    drop(page, TUTORIAL.read_text())
    expect(page.get_by_role("heading", name="Found: Expect a quick response")).to_be_visible()
    expect(page.locator("#found")).to_contain_text("inject-cpu")
    expect(page.get_by_label("Objective name")).to_have_value("EC2 instance should respond within 6 seconds")
    expect(page.locator("#plan")).to_contain_text("180 measurements under the conditions")

    page.get_by_label("Verification name").fill("Busy processor")
    page.get_by_label("Under the conditions for").fill("20")
    expect(page.locator("#plan")).to_contain_text("240 measurements under the conditions")
    page.get_by_label("Warm-up before").fill("")
    expect(page.locator("#plan")).to_contain_text("no cause can be shown")
    page.get_by_label("Warm-up before").fill("1")
    expect(page.locator("#plan")).not_to_contain_text("no cause can be shown")

    page.get_by_role("button", name="Create the verification").click()
    page.wait_for_url(re.compile(r"/acme/shop/verifications/[0-9a-f-]{36}$"))
    made = Verification.objects.get()
    assert urlsplit(page.url).path == f"/acme/shop/verifications/{made.pk}"
    assert (made.name, made.duration_s, made.warm_up_s) == ("Busy processor", 1_200, 60)

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy Command").click()
    expect(page.get_by_role("button", name="Copied Command")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(rf"ENDPOINT_URL=… INSTANCE_ID=… chaos verify \S+/assets/verifications/{made.pk}\.json", copied)
    page.get_by_role("link", name="GitLab CI").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("resource_group: verify-")).to_be_visible()


def test_all_of_it_works_without_script(site: Live, screens: Callable[..., Screen]) -> None:
    screen = screens(site.world.member, java_script_enabled=False)
    page = screen.open("/acme/shop/import")
    page.get_by_label("Choose a JSON or YAML file").set_input_files(TUTORIAL)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_label("Objective name")).to_have_value("EC2 instance should respond within 6 seconds")
    page.get_by_label("Verification name").fill("Without script")
    page.get_by_role("button", name="Create the verification").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Without script")
    expect(page.get_by_text("chaos verify http")).to_be_visible()
    screen.expect(": csp")  # how Chromium says that it fetched no script


def test_what_is_typed_while_the_server_looks_stays(site: Live, screen: Screen) -> None:
    page = screen.open("/acme/shop/import")
    drop(page, TUTORIAL.read_text())
    expect(page.get_by_label("Verification name")).to_be_visible()
    page.evaluate(SLOWLY)
    with page.expect_request(lambda request: request.method == "POST"):
        page.get_by_label("Or paste it").fill(TUTORIAL.read_text().replace("Expect a quick", "Wish for a quick"))
    page.get_by_label("Verification name").fill("typed meanwhile")
    expect(page.get_by_role("heading", name="Found: Wish for a quick response")).to_be_visible()
    expect(page.get_by_label("Verification name")).to_have_value("typed meanwhile")


def test_a_pasted_text_is_looked_at_and_an_objective_can_be_attached(site: Live, screen: Screen) -> None:
    page = screen.open("/acme/shop/import")
    page.get_by_label("Or paste it").fill(TUTORIAL.read_text())
    expect(page.get_by_label("Objective name")).to_be_visible()
    if page.get_by_label("Use one of the team's").count():
        page.get_by_label("Use one of the team's").check()
        expect(page.get_by_label("Objective name")).to_be_hidden()
        page.get_by_label("The team's objective").select_option(index=1)
        expect(page.locator("#plan")).to_contain_text("prove 95.3 %")
    assert screen.violations() == []


def test_a_plan_that_cannot_pass_is_asked_about_until_it_is_changed(site: Live, screen: Screen) -> None:
    page = screen.open("/acme/shop/import")
    drop(page, TUTORIAL.read_text())
    page.get_by_label("Under the conditions for").fill("5")
    expect(page.locator("#plan")).to_contain_text("Measured for 14 min, a clean run would prove it.")
    page.get_by_role("button", name="Create the verification").click()
    asked = page.locator("#doubt")
    expect(asked).to_contain_text("It cannot pass. Make it all the same?")
    assert screen.violations() == []
    page.get_by_label("Under the conditions for").fill("6")
    expect(asked).to_have_count(0)
    page.get_by_role("button", name="Create the verification").click()
    asked.get_by_role("button", name="Measure for 14 min").click()
    page.wait_for_url(re.compile(r"/acme/shop/verifications/[0-9a-f-]{36}$"))
    assert Verification.objects.latest("created_at").duration_s == 14 * 60
