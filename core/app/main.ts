import {version} from '#sdk'; console.log(version);
