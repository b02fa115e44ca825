// What every page has: the styles of the frame, fragments, times, copying, menus, messages, and the colours' switch.
import "../frame/app.css";

import { startCopying } from "../frame/copy";
import { startFragments } from "../frame/fragments";
import { startMenus } from "../frame/menu";
import { startMessages } from "../frame/messages";
import { startTheme } from "../frame/theme";
import { startTimes } from "../frame/times";

startTheme();
startTimes();
startCopying();
startMenus();
startMessages();
startFragments();
