import { FaultsView } from './faults/faults-view.js';
import { Header } from './header.js';
import { Announcer, Trouble } from './kit/announce.js';
import { route } from './kit/route.js';
import { PhonesView } from './phones/phones-view.js';
import { ReportsView } from './reports/reports-view.js';
import { RequestsView } from './requests/requests-view.js';
import { VendorsView } from './vendors/vendors-view.js';

export function App() {
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to the content
      </button>
      <Header />
      <main id="main" tabIndex={-1}>
        <Trouble />
        <View />
      </main>
      <Announcer />
    </>
  );
}

function View() {
  switch (route.value.view) {
    case 'phones':
      return <PhonesView />;
    case 'faults':
      return <FaultsView />;
    case 'reports':
      return <ReportsView />;
    case 'requests':
      return <RequestsView />;
    case 'vendors':
      return <VendorsView />;
  }
}
