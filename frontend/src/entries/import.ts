// Import Experiment, and the line that says what a plan can prove wherever a plan is typed.
import "../importing/import.css";

import { startPlan } from "../importing/plan";
import { startWizard } from "../importing/wizard";

startPlan();
startWizard();
// Of many tabs on a narrow screen, the chosen one is in sight.
document.querySelector(".way-tabs .active")?.scrollIntoView({ block: "nearest", inline: "center" });
